"""Letters leave over a real SMTP server, or into the development mailbox."""

import email
import email.policy
import socket
from collections.abc import Iterator

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from pydantic import SecretStr

from service.notifications.letters import Letter
from service.notifications.mail import DeliveryFailed, MailboxFolder, SmtpMailer, compose, mailbox_folder, mailer_for
from tests.support.settings import make_settings

LETTER = Letter("zoe@example.org", "Grüße – from the press", "Dear Zoë,\n\nread: http://localhost/x?ticket=gft_1\n")


class Postbox:
    """A mail server's handler that keeps what it is sent."""

    def __init__(self) -> None:
        self.received: list[bytes] = []

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.received.append(envelope.content)
        return "250 OK"


@pytest.fixture
def postbox() -> Iterator[tuple[Postbox, int]]:
    box = Postbox()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port, enable_SMTPUTF8=True)
    controller.start()
    yield box, port
    controller.stop()


def test_a_letter_goes_over_smtp(postbox, clock):
    box, port = postbox
    settings = make_settings(
        smtp_host="127.0.0.1", smtp_port=port, smtp_security="none", publisher_name="Le Quai, Nº 5"
    )
    mailer_for(settings).send(LETTER, clock.now())
    (sent,) = box.received
    read = email.message_from_bytes(sent, policy=email.policy.default)
    assert read["Subject"] == LETTER.subject
    assert read["From"].addresses[0].display_name == "Le Quai, Nº 5"
    assert read["Auto-Submitted"] == "auto-generated"
    assert "gft_1" in read.get_content()


def test_an_address_in_any_script_is_reached(postbox, clock):
    box, port = postbox
    settings = make_settings(smtp_host="127.0.0.1", smtp_port=port, smtp_security="none")
    mailer_for(settings).send(Letter("用户@example.org", "Hello", "text"), clock.now())
    assert "To: 用户@example.org" in box.received[0].decode()


@pytest.mark.parametrize(
    "asked_of_the_server",
    [
        {"smtp_security": "starttls"},  # it offers no TLS: nothing is sent in clear
        {"smtp_security": "tls"},
        {"smtp_security": "none", "smtp_username": "us", "smtp_password": SecretStr("wrong")},
    ],
)
def test_a_server_that_cannot_do_as_asked_gets_no_letter(postbox, clock, asked_of_the_server):
    box, port = postbox
    mailer = SmtpMailer(make_settings(smtp_host="127.0.0.1", smtp_port=port, **asked_of_the_server))
    with pytest.raises(DeliveryFailed):
        mailer.send(LETTER, clock.now())
    assert box.received == []


def test_a_server_that_is_not_there_is_a_failed_delivery(clock):
    mailer = SmtpMailer(make_settings(smtp_host="127.0.0.1", smtp_port=1, smtp_security="none"))
    with pytest.raises(DeliveryFailed):
        mailer.send(LETTER, clock.now())


def test_without_a_server_letters_go_into_the_mailbox_folder(tmp_path, clock):
    settings = make_settings(variable_folder=tmp_path)
    mailer = mailer_for(settings)
    assert isinstance(mailer, MailboxFolder)
    mailer.send(LETTER, clock.now())
    mailer.send(LETTER, clock.now())
    files = sorted(mailbox_folder(settings).iterdir())
    assert [file.suffix for file in files] == [".eml", ".eml"]
    read = email.message_from_bytes(files[0].read_bytes(), policy=email.policy.default)
    assert read["To"] == LETTER.to


def test_a_mailbox_folder_that_cannot_be_written_is_a_failed_delivery(tmp_path, clock):
    (tmp_path / "mailbox").write_text("in the way")
    with pytest.raises(DeliveryFailed):
        MailboxFolder(make_settings(variable_folder=tmp_path)).send(LETTER, clock.now())


@pytest.mark.parametrize("forged", ["Hello\nBcc: all@example.org", "Hello\r\n\r\nbody"])
def test_a_newline_cannot_forge_a_header(clock, forged):
    with pytest.raises(ValueError):
        compose(Letter("a@example.org", forged, "text"), make_settings(), clock.now())
