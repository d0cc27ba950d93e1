"""Where a sign-in may lead back to: Gatefold's own pages and the sites' addresses, and nowhere else."""

from sqlalchemy.engine import Connection

from service.sites.site import BadOrigin, origin_of
from service.sites.store import find_site_at
from service.web.doors import Doors

LONGEST = 2000


def safe_return_to(connection: Connection, house: Doors, url: str | None) -> str | None:
    """The address if it is one of ours, else None."""
    if not url or len(url) > LONGEST:
        return None
    try:
        origin = origin_of(url)
    except BadOrigin:
        return None
    if origin == origin_of(house.settings.public_url) or find_site_at(connection, origin):
        return url
    return None
