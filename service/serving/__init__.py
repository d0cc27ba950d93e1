"""The processes of `gatefold serve`, and what passes between them.

A parent keeps them all alive. Reading workers take every request at the one public address (:mod:`door`), and answer at
once what the lane can answer (:mod:`answering`). All else they hand through the :mod:`hatch` to account workers, which
run the whole application and hash passwords. Beside them works the background worker, which delivers mail.
"""
