"""`gatefold explain`: what a receipt says, for staff."""

import sys

import click

from service.access.explaining import explain_receipt
from service.access.receipts import Receipt, Receipts
from service.cli.opening import read_settings
from service.cli.showing import json_option, show_facts, show_json

MOST_BYTES = 64 * 1024


@click.command()
@click.argument("receipt")
@json_option
def explain(receipt: str, as_json: bool) -> None:
    """Say what a receipt says: what was decided, when and why.

    A receipt comes with every decision of the API. It is signed: what it says was decided here. `-` reads it
    from stdin. The database is not asked.

    \b
    Examples:
      gatefold explain WzEs…
      pbpaste | gatefold explain -
    """
    if receipt == "-":
        receipt = sys.stdin.buffer.read(MOST_BYTES).decode("ascii", "replace")
    read = Receipts(read_settings().signing_keys).read(receipt.strip())
    sentence = explain_receipt(read)
    if as_json:
        show_json({"explanation": sentence, **_facts(read)})
        return
    click.echo(f"{sentence}\n")
    show_facts({name.replace("_", " ").capitalize(): value for name, value in _facts(read).items()})


def _facts(receipt: Receipt) -> dict[str, object]:
    return {
        "decided_at": receipt.decided_at,
        "granted": receipt.granted,
        "reason": receipt.reason,
        "site_id": receipt.site_id,
        "article_id": receipt.article_id,
        "slug": receipt.slug,
        "access_level": receipt.access_level,
        "products": receipt.products,
        "session": receipt.session,
        "reader_id": receipt.reader_id,
        "entitlement_id": receipt.entitlement_id,
        "starts_at": receipt.starts_at,
        "ends_at": receipt.ends_at,
        "revoked_at": receipt.revoked_at,
    }
