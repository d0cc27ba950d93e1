"""What the command line tells of a reader, her devices and her entitlements; never a token or a hash."""

from datetime import datetime

from service.access.entitlements import Grant
from service.accounts.reader import Reader
from service.devices.device import Device

READER_COLUMNS = {"id": "Id", "email": "Email", "name": "Name", "device_limit": "Device limit", "created_at": "Joined"}
DEVICE_COLUMNS = {"id": "Id", "name": "Name", "kind": "Kind", "signed_in_at": "Signed in", "last_seen_at": "Last seen"}
ENTITLEMENT_COLUMNS = {
    "id": "Id",
    "product": "Product",
    "state": "State",
    "starts_at": "From",
    "ends_at": "Until",
    "revoked_at": "Revoked",
    "source": "Source",
    "granted_by": "Granted by",
    "note": "Note",
}


def account_facts(reader: Reader) -> dict[str, object]:
    return {
        "id": reader.id,
        "email": reader.email,
        "name": reader.name,
        "device_limit": reader.device_limit,
        "created_at": reader.created_at,
    }


def device_facts(device: Device) -> dict[str, object]:
    return {
        "id": device.id,
        "name": device.name,
        "kind": device.kind,
        "first_seen_at": device.first_seen_at,
        "signed_in_at": device.signed_in_at,
        "last_seen_at": device.last_seen_at,
    }


def entitlement_facts(granted: Grant, now: datetime) -> dict[str, object]:
    held = granted.entitlement
    return {
        "id": held.id,
        "product": held.product,
        "state": held.state(now),
        "source": held.source,
        "starts_at": held.starts_at,
        "ends_at": held.ends_at,
        "revoked_at": held.revoked_at,
        "granted_at": granted.granted_at,
        "granted_by": granted.granted_by,
        "note": granted.note,
    }
