"""What a reader is, and what can be wrong with an account's data.

AccountError
├── BadEmail              not an address that mail could reach
├── BadName               empty, too long, or with control characters
├── PasswordRefused       breaks a rule; carries the sentence to show
├── CredentialsRefused    email and password do not belong together
├── EmailTaken            another reader has this address
└── UnknownReader         no reader has this id
"""

import unicodedata
from datetime import datetime
from typing import NamedTuple

from email_validator import EmailNotValidError, validate_email

LONGEST_EMAIL = 254
LONGEST_NAME = 80
LONGEST_NAME_GIVEN = 10 * LONGEST_NAME  # spread out in spaces, letters and marks: composing it takes quadratic time
# Characters that turn the direction of the text around a name; some telephones put them around one that is pasted.
TURNING = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])


class AccountError(Exception):
    pass


class BadEmail(AccountError):
    pass


class BadName(AccountError):
    pass


class PasswordRefused(AccountError):
    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class CredentialsRefused(AccountError):
    pass


class EmailTaken(AccountError):
    pass


class UnknownReader(AccountError):
    pass


class Reader(NamedTuple):
    id: str
    email: str
    name: str
    device_limit: int | None  # her own, where staff have set one
    credentials_version: int  # rises with each change of email or password
    created_at: datetime


def clean_email(text: str) -> str:
    """The address in its normal form (NFC, lower-case domain). Raises :class:`BadEmail`."""
    if len(text) > LONGEST_EMAIL:
        raise BadEmail
    try:
        email = validate_email(text.strip(), check_deliverability=False, test_environment=True).normalized
    except (EmailNotValidError, UnicodeError) as fault:
        raise BadEmail from fault
    if len(email_key(email)) > LONGEST_EMAIL:  # a letter such as ΐ is three once its case is folded
        raise BadEmail
    return email


def email_key(email: str) -> str:
    """What two spellings of one address share: mail hosts ignore letter case, and so do readers."""
    return email.casefold()


def clean_name(text: str) -> str:
    """A reader's name on one line, NFC. Raises :class:`BadName`."""
    if len(text) > LONGEST_NAME_GIVEN:
        raise BadName
    name = " ".join(unicodedata.normalize("NFC", text).translate(TURNING).split())
    if not name or len(name) > LONGEST_NAME or any(unicodedata.category(c) in ("Cc", "Cs", "Co", "Cn") for c in name):
        raise BadName
    return name
