"""What search engines are told about a story: schema.org's NewsArticle, with the part behind the wall marked.

Never the body (`articleBody`): the page's source is as public as the page.
"""

from typing import Any
from urllib.parse import urlsplit

WALLED_PART = ".walled"  # the class of the element around what needs a right; the templates use it


def describe_article(article: dict[str, Any], url: str, site_url: str, paper: str) -> dict[str, Any]:
    publisher = {"@type": "NewsMediaOrganization", "name": paper, "url": f"{site_url}/"}
    free = article["access_level"] == "free"
    facts: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": article["title"],
        "description": article["standfirst"],
        "articleSection": article["section"]["name"],
        "datePublished": article["published_at"],
        "dateModified": article["updated_at"],
        "author": [{"@type": "Person", "name": name} for name in article["authors"]],
        "publisher": publisher,
        "mainEntityOfPage": url,
        "isAccessibleForFree": free,
    }
    if article["hero_image"]:
        facts["image"] = [article["hero_image"]["url"]]
    if not free:
        facts["hasPart"] = {
            "@type": "WebPageElement",
            "isAccessibleForFree": False,
            "cssSelector": WALLED_PART,
        }
    if article["access_level"] == "premium":
        facts["isPartOf"] = {
            "@type": ["CreativeWork", "Product"],
            "name": paper,
            "productID": f"{urlsplit(site_url).hostname}:{article['products'][0]}",
        }
    return facts
