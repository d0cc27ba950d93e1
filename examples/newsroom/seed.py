"""Puts the newspaper's stories into Gatefold: `python examples/newsroom/seed.py`.

Run it as often as you like: a story is put under its slug, and its time is counted back from now.
"""

import sys
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from newsroom.gatefold import Gatefold, GatefoldError, Refused
from newsroom.settings import MissingSetting, Settings

STORIES = Path(__file__).parent / "stories"
SECTIONS = {"news": "News", "coast": "Coast", "business": "Work & Money", "culture": "Culture"}


def main() -> None:
    try:
        settings = Settings.from_environment()
        client = Gatefold(settings.gatefold_url, settings.gatefold_key)
        count = 0
        for slug, article in load_stories(datetime.now(UTC), settings.newsroom_url):
            client.put_article(slug, article)
            count += 1
    except MissingSetting as missing:
        sys.exit(str(missing))
    except Refused as refused:
        sys.exit(f"Gatefold refused {slug}: {refused} {refused.problem.get('errors', '')}")
    except GatefoldError as fault:
        sys.exit(f"Gatefold at {settings.gatefold_url} gave no answer ({fault}): is it running?")
    print(f"{count} stories are in Gatefold at {settings.gatefold_url}")


def load_stories(now: datetime, newsroom_url: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each story's slug, and the body of its PUT."""
    for path in sorted(STORIES.glob("*.html")):
        yield path.stem, read_story(path, now, newsroom_url)


def read_story(path: Path, now: datetime, newsroom_url: str) -> dict[str, Any]:
    """A story's file is TOML between two lines of `+++`, then its body.

    `hours_ago` says when it came out; below zero it is scheduled, and a draft has none.
    """
    _, front_matter, body = path.read_text(encoding="utf-8").split("+++\n", 2)
    facts = tomllib.loads(front_matter)
    section = facts.pop("section")
    hours_ago = facts.pop("hours_ago", None)
    if hours_ago is not None:
        published_at = now.replace(microsecond=0) - timedelta(hours=hours_ago)
        facts["published_at"] = published_at.isoformat().replace("+00:00", "Z")
    if picture := facts.pop("hero_image", None):
        url = f"{newsroom_url}/static/heroes/{picture['file']}"
        facts["hero_image"] = {"url": url, "alt": picture["alt"], "caption": picture["caption"]}
    return {
        **facts,
        "section": {"slug": section, "name": SECTIONS[section]},
        "url": f"{newsroom_url}/{section}/{path.stem}",
        "body_html": body.strip(),
    }


if __name__ == "__main__":
    main()
