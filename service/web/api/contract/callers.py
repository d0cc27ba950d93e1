"""Who an endpoint is for."""

from dataclasses import dataclass

from service.sites.site import Scope


@dataclass(frozen=True, slots=True)
class Callers:
    """Who may call: a front-end key with the scope, and perhaps a browser on one of a site's addresses."""

    scope: Scope
    browsers: bool = False
    reader: bool = False  # only for a reader with a live session

    @property
    def sentence(self) -> str:
        said = f"A front-end key with the scope `{self.scope}`"
        said += ", or a browser on one of a site's addresses." if self.browsers else "."
        return f"{said} A reader must be signed in." if self.reader else said
