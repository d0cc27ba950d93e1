"""Faults in kind sentences: what is wrong, and what would help."""

from pydantic import ValidationError
from pydantic_settings import SettingsError
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from service.access.entitlements import BadPeriod, UnknownEntitlement
from service.access.receipts import BadReceipt
from service.accounts.reader import EmailTaken, PasswordRefused, UnknownReader
from service.devices.device import UnknownDevice
from service.foundation.backends import NoDatabase
from service.foundation.database import DatabaseUnavailable
from service.foundation.settings import Settings
from service.foundation.unsafe import UnsafeSettings
from service.sites.site import AddressTaken, SiteExists, UnknownAddress, UnknownKey, UnknownSite

MIGRATE_FIRST = "lacks tables or columns that Gatefold needs: run `gatefold migrate` first."
LOCKED = "is locked: another process has been writing to it for too long. Try again in a moment."

# What the databases themselves say: words in SQLite's messages, PostgreSQL's SQLSTATE codes.
SQLITE_FAULTS = {
    "no such table": MIGRATE_FIRST,
    "no such column": MIGRATE_FIRST,
    "has no column": MIGRATE_FIRST,
    "locked": LOCKED,
    "is full": "could not be written to: its disk is full.",
    "readonly": "may only be read by this account: run the command as the account that Gatefold runs as.",
    "not a database": "is a file of another kind: look at DATABASE_URL.",
    "unable to open": "could not be opened: look at DATABASE_URL, and at who may read and write there.",
}
POSTGRESQL_FAULTS = {
    "42P01": MIGRATE_FIRST,
    "42703": MIGRATE_FIRST,
    "55P03": LOCKED,
    "53100": "could not be written to: its disk is full.",
    "25006": "may only be read: it is a standby, or set so.",
    "42501": "does not allow this to the account that DATABASE_URL names.",
}


def sentence_of(fault: Exception) -> str:
    match fault:
        case DatabaseUnavailable() | DBAPIError():
            return _of_database(fault)
        case NoDatabase():
            return f"There is no database {fault} yet: look at DATABASE_URL, or run `gatefold migrate` to make it."
        case UnsafeSettings():
            return str(fault)
        case ValidationError() if fault.title == Settings.__name__:
            return _of_settings(fault)
        case SettingsError():
            return f"A setting could not be read: {fault}."
        case ArgumentError():
            return (
                "DATABASE_URL is no address of a database, such as sqlite:///var/gatefold.db or postgresql://host/name."
            )
        case ValueError() if str(fault).startswith("DATABASE_URL"):
            return f"{fault}."
        case UnknownSite():
            return f"There is no site {fault}: `gatefold sites list` shows those there are."
        case AddressTaken():
            return f"The address {fault} belongs to a site already, and each leads to one site."
        case SiteExists():
            return f"There is a site {fault} already."
        case UnknownAddress():
            return f"The site has no address {fault}: `gatefold sites list` shows those it has."
        case UnknownKey():
            return f"There is no key {fault}: `gatefold keys list SITE` shows those there are."
        case UnknownReader():
            return f"There is no reader {fault}."
        case UnknownDevice():
            return f"The reader is not signed in on a device {fault}: `gatefold readers show` lists her devices."
        case UnknownEntitlement():
            return f"There is no entitlement {fault}: `gatefold readers show` lists a reader's."
        case EmailTaken():
            return "There is a reader with this email address already."
        case PasswordRefused():
            return f"The password was refused. {fault.why}"
        case BadPeriod():
            return "The period would end before it starts."
        case BadReceipt():
            return "This is no receipt of this installation, or it was altered, or its signing key was retired."
        case OSError() if fault.strerror:
            return f"{fault.filename}: {fault.strerror}." if fault.filename else f"{fault.strerror}."
    return (
        f"Gatefold met a fault that it did not expect ({type(fault).__name__}). "
        "`gatefold --traceback COMMAND …` shows where; please report it."
    )


def _of_settings(fault: ValidationError) -> str:
    """The first setting that is wrong. What it was set to is not repeated: it may be a secret."""
    error = fault.errors(include_url=False, include_context=False, include_input=False)[0]
    said = error["msg"].removeprefix("Value error, ")
    if not error["loc"]:
        return f"{said}."
    name = str(error["loc"][0]).upper()
    variable = name if name == "DATABASE_URL" or name.startswith("GATEFOLD_") else f"GATEFOLD_{name}"
    return f"The setting {variable} is not right: {said[0].lower()}{said[1:]}."


def _of_database(fault: Exception) -> str:
    told = fault if isinstance(fault, DBAPIError) else fault.__cause__
    said = getattr(told, "orig", None) or told
    where = f"The database {_place()}"
    if known := POSTGRESQL_FAULTS.get(getattr(said, "sqlstate", None) or ""):
        return f"{where} {known}"
    for words, known in SQLITE_FAULTS.items():
        if words in str(said):
            return f"{where} {known}"
    if isinstance(fault, DatabaseUnavailable):
        return f"{where} does not answer: {_first_line(said)}."
    return f"{where} refused what Gatefold asked of it ({type(said).__name__}); please report it."


def _place() -> str:
    """Which database it is, without its password."""
    url = make_url(Settings().database_url)
    return url.database or "" if url.get_backend_name() == "sqlite" else url.render_as_string(hide_password=True)


def _first_line(said: object) -> str:
    return (str(said).splitlines() or [type(said).__name__])[0].rstrip(". ")
