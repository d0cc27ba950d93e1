"""The fields that forms are made of, and what is asked of what is filled in."""

from collections.abc import Callable, Mapping
from typing import ClassVar

from wtforms import Field, Form, PasswordField, StringField
from wtforms.validators import StopValidation, ValidationError

from service.accounts.reader import clean_email, clean_name
from service.web.doors import doors
from service.web.problems import problem_from
from service.web.who import request_time


def text_of(field: Field) -> str:
    """What was filled in; empty where nothing was."""
    return str(field.data or "")


class Filled:
    """Refuses an empty field, and what no keyboard types and no database takes: NUL, and halves of characters."""

    field_flags: ClassVar[Mapping[str, bool]] = {"required": True}

    def __init__(self, message: str) -> None:
        self.message = message

    def __call__(self, _form: Form, field: Field) -> None:
        text = field.data or ""
        if not text or (not isinstance(field, PasswordField) and not text.strip()):
            raise StopValidation(self.message)
        if any(character == "\0" or "\ud800" <= character <= "\udfff" for character in text):
            raise StopValidation("This has a character that cannot be typed.")


def obeys(rule: Callable[[str], object]) -> Callable[[Form, Field], None]:
    """A validator that tells beside the field what a feature's own rule says of it."""

    def validate(_form: Form, field: Field) -> None:
        try:
            rule(field.data or "")
        except Exception as fault:
            problem = problem_from(fault, request_time())
            if problem is None:
                raise
            raise ValidationError(problem.detail) from fault

    return validate


def password_rule(minimum: int) -> str:
    """The rule, told before it is broken."""
    return (
        f"{minimum} characters or more. A few words in a row make a good one; spaces are welcome, and so is "
        "what a password manager pastes."
    )


def long_enough(_form: Form, field: Field) -> None:
    """The one rule that can be checked before it is known whose password it is; the feature checks the others."""
    minimum = doors().settings.password_minimum
    if len(field.data or "") < minimum:
        raise ValidationError(f"Use {minimum} characters or more; a few words in a row make a good one.")


def email_field(label: str = "Email address") -> StringField:
    return StringField(
        label,
        [Filled("Enter your email address."), obeys(clean_email)],
        render_kw={"type": "email", "autocomplete": "email", "inputmode": "email", "spellcheck": "false"},
    )


def name_field() -> StringField:
    return StringField("Your name", [Filled("Enter your name."), obeys(clean_name)], render_kw={"autocomplete": "name"})


def password_field(label: str = "Password") -> PasswordField:
    return PasswordField(label, [Filled("Enter your password.")], render_kw={"autocomplete": "current-password"})


def new_password_field(label: str = "Password") -> PasswordField:
    return PasswordField(label, [Filled("Choose a password."), long_enough], render_kw={"autocomplete": "new-password"})
