"""Runs the newspaper: `python examples/newsroom`."""

import logging
import sys

from newsroom.app import PAPER, create_app
from newsroom.settings import MissingSetting, Settings
from werkzeug.serving import make_server


def main() -> None:
    try:
        settings = Settings.from_environment()
    except MissingSetting as missing:
        sys.exit(str(missing))
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    server = make_server("127.0.0.1", settings.port, create_app(settings), threaded=True)
    print(f"{PAPER} is at {settings.newsroom_url}", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()


if __name__ == "__main__":
    main()
