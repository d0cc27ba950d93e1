"""The reader's hosted pages: server-rendered, without a script, and with nothing from a third party."""

from flask import Flask
from flask_wtf import CSRFProtect

from service.web.doors import EXTENSION, Doors
from service.web.pages import account, choice, devices, recovery, sign_in, sign_out, sign_up
from service.web.pages.appearance import appearance
from service.web.pages.blueprint import pages
from service.web.pages.errors import register_error_pages
from service.web.pages.mailbox import mailbox

# Importing a feature adds its views to the blueprint.
__all__ = ["account", "choice", "devices", "recovery", "register_pages", "sign_in", "sign_out", "sign_up"]

FORM_OPEN_FOR = 8 * 60 * 60  # seconds until a form must be shown anew


def register_pages(app: Flask) -> None:
    """Add the pages' routes."""
    app.config.update(
        WTF_CSRF_CHECK_DEFAULT=False,  # only the pages' blueprint asks for a form's token
        WTF_CSRF_TIME_LIMIT=FORM_OPEN_FOR,
        WTF_CSRF_SSL_STRICT=False,  # it looks at Referer; we look at Origin, which is sent more surely
    )
    CSRFProtect(app)
    app.register_blueprint(appearance)
    app.register_blueprint(pages)
    house: Doors = app.extensions[EXTENSION]
    if not house.settings.production:
        app.register_blueprint(mailbox)
    register_error_pages(app)
