"""Names, on every view, who may call it. A door reads the name and keeps everyone else out."""

from collections.abc import Callable
from typing import Any, Final, TypeVar

ANYONE: Final = "anyone"
SIGNED_IN_READER: Final = "signed-in reader"
DEVELOPMENT: Final = "development"  # anyone, where the service runs for its developers; elsewhere it is not there

View = TypeVar("View", bound=Callable[..., Any])


def open_to(caller: str) -> Callable[[View], View]:
    """Mark a view with who may call it. Stands right above the function, below the route."""

    def mark(view: View) -> View:
        view.callers = caller  # type: ignore[attr-defined]
        return view

    return mark


def caller_of(view: Callable[..., Any]) -> str | None:
    """Who may call the view; None where nobody said, which a door takes as nobody."""
    return getattr(view, "callers", None)
