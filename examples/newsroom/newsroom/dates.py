"""Instants as a newspaper says them. Plain English, UTC."""

from datetime import UTC, datetime, timedelta


def parse_instant(text: str) -> datetime:
    """An instant of the API's (RFC 3339)."""
    return datetime.fromisoformat(text).astimezone(UTC)


def long_day(text: str) -> str:
    """Sunday 22 November 2026"""
    instant = parse_instant(text)
    return f"{instant:%A} {instant.day} {instant:%B %Y}"


def day_and_time(text: str) -> str:
    """22 November 2026 at 14.05 UTC"""
    instant = parse_instant(text)
    return f"{instant.day} {instant:%B %Y} at {instant.hour}.{instant:%M} UTC"


def ago(text: str, now: datetime | None = None) -> str:
    """How long since, while that is short; then the day."""
    instant = parse_instant(text)
    minutes = int(((now or datetime.now(UTC)) - instant) / timedelta(minutes=1))
    if minutes < 2:
        return "Just now"
    if minutes < 60:
        return f"{minutes} minutes ago"
    hours = minutes // 60
    if hours < 24:
        return "An hour ago" if hours == 1 else f"{hours} hours ago"
    return "Yesterday" if hours < 48 else f"{instant.day} {instant:%B}"
