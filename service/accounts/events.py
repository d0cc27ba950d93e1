"""What accounts tell the outbox, in the past tense. Facts hold ids and addresses, never a secret."""

from enum import StrEnum


class AccountEvent(StrEnum):
    SIGN_UP_REQUESTED = "sign_up_requested"  # {"pending_id"}
    RECOVERY_REQUESTED = "recovery_requested"  # {"email", "return_to"}
    PASSWORD_CHANGED = "password_changed"  # noqa: S105  {"reader_id"}
    EMAIL_CHANGE_REQUESTED = "email_change_requested"  # {"reader_id", "email", "version"}
    EMAIL_CHANGED = "email_changed"  # {"reader_id", "old_email"}
