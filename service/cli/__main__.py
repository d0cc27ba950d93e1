"""`python -m service.cli` is `gatefold`."""

from service.cli import main

main()
