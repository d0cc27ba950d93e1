"""What production refuses in its settings, and why."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from service.foundation.settings import Settings

DEVELOPMENT_SECRET = "development-only-secret-never-for-production"  # noqa: S105
SHORTEST_SECRET = 32


class UnsafeSettings(ValueError):
    """Production was asked to start with settings that are only for development."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("Gatefold will not start in production:\n" + "\n".join(f"  - {f}" for f in faults))
        self.faults = faults


def production_faults(settings: "Settings") -> list[str]:
    """A sentence for each; none where production may start."""
    faults = []
    if not settings.signing_keys:
        faults.append("GATEFOLD_SECRET_KEYS is empty: give it a random key.")
    if DEVELOPMENT_SECRET in settings.signing_keys:
        faults.append("GATEFOLD_SECRET_KEYS is the development key: everyone knows it.")
    if any(len(key) < SHORTEST_SECRET for key in settings.signing_keys):
        faults.append(f"GATEFOLD_SECRET_KEYS has a key of less than {SHORTEST_SECRET} characters.")
    if not settings.secure:
        faults.append("GATEFOLD_PUBLIC_URL is plain HTTP: sessions could be read on the way.")
    if not settings.smtp_host:
        faults.append("GATEFOLD_SMTP_HOST is unset: readers could neither confirm nor recover their accounts.")
    if _is_at_localhost(settings.mail_from):
        faults.append("GATEFOLD_MAIL_FROM is an address at localhost: other servers would refuse its mail.")
    if settings.smtp_security == "none" and settings.smtp_password is not None:
        faults.append("GATEFOLD_SMTP_SECURITY is none: the mail password would go over the wire in clear.")
    if settings.cookie_domain and not _is_within(settings.public_host, settings.cookie_domain):
        faults.append("GATEFOLD_COOKIE_DOMAIN is no parent of GATEFOLD_PUBLIC_URL: browsers would not keep the cookie.")
    if settings.password_minimum < 15:
        faults.append("GATEFOLD_PASSWORD_MINIMUM is below 15, the least where a password is the only factor.")
    return faults


def _is_at_localhost(address: str) -> bool:
    top = address.rpartition("@")[2].rpartition(".")[2]
    return top.lower() in ("", "localhost", "localdomain")


def _is_within(host: str, domain: str) -> bool:
    return host == domain or host.endswith(f".{domain}")
