"""What the pages' forms share: when they are believed, and how they tell beside a field what was wrong with it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar

from flask import g, request
from flask_wtf import FlaskForm
from wtforms import HiddenField

from service.web.pages.phrases import in_a_while
from service.web.problems import CREDENTIALS_REFUSED, QUOTA_EXCEEDED, Problem, problem_from
from service.web.who import request_time

STALE = (
    "This page had been open for too long, or your browser kept no cookie for it. "
    "Nothing was changed: please send it again."
)


class PageForm(FlaskForm):  # type: ignore[misc]
    """A form, with the status and headers of the page that shows it."""

    told_at: ClassVar[Mapping[str, str]] = {}  # the field to tell of a fault in a fact, where the names differ
    status = 200

    def __init__(self, **defaults: Any) -> None:
        super().__init__(**defaults)
        self.headers: dict[str, str] = {}

    def refuse(self, status: int, why: str, field: str | None = None) -> None:
        """Have the form shown again with a sentence beside the field, or above all fields."""
        self.status = status
        at = self._fields.get(self.told_at.get(field, field)) if field else None
        if at is None:
            self.form_errors.append(why)
        else:
            at.errors = [*at.errors, why]

    def refuse_for(self, problem: Problem) -> None:
        self.headers.update(problem.headers)
        for error in problem.facts.get("errors", ()):
            self.refuse(problem.kind.status, error["detail"], error["pointer"].removeprefix("/"))
        if "errors" in problem.facts:
            return
        if problem.kind is CREDENTIALS_REFUSED and "credentials" in self.told_at:
            self.refuse(problem.kind.status, "This is not your password.", "credentials")
        elif problem.kind is QUOTA_EXCEEDED:
            wait = in_a_while(int(problem.headers["Retry-After"]))
            self.refuse(problem.kind.status, f"There were too many tries. You can try again {wait}.")
        else:
            self.refuse(problem.kind.status, problem.detail)

    def mistakes(self) -> list[tuple[str | None, str]]:
        """Each mistake with the id of its field, in the order of the fields, for the summary on top."""
        beside = [(field.id, str(error)) for field in self if field.type != "CSRFTokenField" for error in field.errors]
        return [*((None, str(error)) for error in self.form_errors), *beside]


class TicketForm(PageForm):
    """A button behind a mailed link: opening the link, as a mail scanner does, uses nothing up."""

    ticket = HiddenField()


def accepted(form: PageForm) -> bool:
    """Whether the form was sent, by our own page, and is well filled in. Else it is to be shown (again)."""
    if request.method != "POST":
        return False
    if not g.get("csrf_valid"):  # set where the blueprint found the form's token good
        form.refuse(400, STALE)
        return False
    if form.validate():
        return True
    form.status = 422
    return False


@contextmanager
def faults_told_on(form: PageForm) -> Iterator[None]:
    """Have a feature's error told on the form, which the view then shows again. Faults of ours pass through."""
    try:
        yield
    except Exception as fault:
        problem = problem_from(fault, request_time())
        if problem is None:
            raise
        form.refuse_for(problem)
