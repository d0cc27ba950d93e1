"""Passwords that come from a keyboard or from a pipe, never from the command line, which others can see."""

import sys

import click

from service.accounts.passwords import LONGEST

MOST_BYTES = 4 * LONGEST + 2


def ask_for_password() -> str:
    if not on_keyboard():
        raise click.UsageError("There is no keyboard to ask at: use --password-stdin or --generate.")
    password: str = click.prompt("Password", hide_input=True, confirmation_prompt="The same again", err=True)
    return password


def read_password() -> str:
    """The first line of stdin, without its end."""
    line = sys.stdin.buffer.readline(MOST_BYTES + 1)
    try:
        return line.rstrip(b"\r\n").decode()
    except UnicodeDecodeError as fault:
        raise click.ClickException("The password on stdin is not UTF-8 text.") from fault


def on_keyboard() -> bool:
    return sys.stdin.isatty()
