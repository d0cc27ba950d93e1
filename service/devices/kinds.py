"""What kind of device a User-Agent is, in words a reader knows: "Firefox on Android"."""

from functools import lru_cache

from ua_parser import parse

LONGEST_USER_AGENT = 512
UNKNOWN = "An unknown device"
SPOKEN = {
    "Mobile Safari": "Safari",
    "Chrome Mobile": "Chrome",
    "Chrome Mobile iOS": "Chrome",
    "Firefox Mobile": "Firefox",
    "Firefox iOS": "Firefox",
    "Edge Mobile": "Edge",
    "Mac OS X": "macOS",
}
TOLD_APART = {"iPhone", "iPad"}  # both on iOS. An iPad that claims to be a Mac passes for one


@lru_cache(maxsize=1024)
def device_kind(user_agent: str) -> str:
    """The browser and the system or device it runs on, as far as the User-Agent tells."""
    if not user_agent:
        return UNKNOWN
    parsed = parse(user_agent[:LONGEST_USER_AGENT])
    browser = parsed.user_agent.family if parsed.user_agent else None
    system = parsed.os.family if parsed.os else None
    if system == "iOS" and parsed.device and parsed.device.family in TOLD_APART:
        system = parsed.device.family
    named = [SPOKEN.get(family, family) for family in (browser, system) if family and family != "Other"]
    return " on ".join(named)[:60] if named else UNKNOWN
