"""The page of one of our own people, without an account: raise any customer's matter, and ask for a hand (B04, B32)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy.orm import Session

from deployments.web.case_page import reader_of
from deployments.web.context import Parts, Web
from deployments.web.forms import Form
from models.queries import people
from models.rules.cases.acting import MOST_CHARACTERS, ActError
from models.tables import Staff
from models.words import Matter, Role
from tasks.cases.raise_matter import Raised, raise_matter
from tasks.mails.formats import clean
from tasks.mails.views import due

router = APIRouter()

_MATTERS = frozenset(Matter)
_MOST_OF_A_REFERENCE = 320
"""The longest e-mail address."""
_FIELDS = {
    "need-about": "about",
    "unknown-about": "about",
    "many-about": "about",
    "need-matter": "matter",
    "need-text": "text",
    "long": "text",
    "no-help": "help",
}
"""By what is wrong: the field that says so."""


@dataclass(frozen=True)
class OwnPageFields:
    """What was filled in, so that nothing has to be typed twice, and what is wrong with it."""

    form: Mapping[str, str] = field(default_factory=dict)
    fault: str | None = None

    def get(self, name: str) -> str:
        """A field as it came; empty when it did not."""
        return self.form.get(name, "")

    def fault_of(self, name: str) -> str | None:
        """The notice that stands at a field."""
        return self.fault if self.fault is not None and _FIELDS[self.fault] == name else None


@router.api_route("/r/{token}", methods=["GET", "HEAD"])
def show(token: str, web: Parts) -> Response:
    """Offer the form; changes nothing, and tells nothing of any customer."""
    with web.db.read() as session:
        reader = reader_of(session, web.links.read_own(token, web.link_days))
        return _form(web, reader, OwnPageFields(), token)


@router.post("/r/{token}")
def act(token: str, form: Form, web: Parts) -> Response:
    """Raise the matter: `about`, `matter`, `text`, and `help` where a hand is wanted. Pressed twice, it counts once."""
    with web.db.write() as session:
        reader = reader_of(session, web.links.read_own(token, web.link_days))
        fault = _missing(form)
        if fault is None:
            try:
                with session.begin_nested():
                    raised = _raise(web, session, reader, form)
                return _thanks(web, session, reader, raised)
            except ActError as error:
                fault = error.code
        return _form(web, reader, OwnPageFields(form, fault), token)


def _missing(form: Mapping[str, str]) -> str | None:
    about = form.get("about", "")
    faults = (
        ("need-about", not about),
        ("unknown-about", len(about) > _MOST_OF_A_REFERENCE),
        ("need-matter", form.get("matter") not in _MATTERS),
    )
    return next((name for name, is_so in faults if is_so), None)


def _raise(web: Web, session: Session, reader: Staff, form: Mapping[str, str]) -> Raised:
    return raise_matter(
        session,
        web.policy,
        form["about"],
        form.get("text", ""),
        now=web.clock.now(),
        by=reader,
        matter=Matter(form["matter"]),
        wants_help=bool(form.get("help")),
    )


def _form(web: Web, reader: Staff, filled: OwnPageFields, token: str) -> Response:
    return web.pages.show(
        "own",
        web.language(reader.language),
        422 if filled.fault else 200,
        reader=clean(reader.name),
        token=token,
        filled=filled,
        matters=tuple(Matter),
        most=MOST_CHARACTERS,
        longest=_MOST_OF_A_REFERENCE,
    )


def _thanks(web: Web, session: Session, reader: Staff, raised: Raised) -> Response:
    """The number of the case; its page only for whoever has to do with the customer, since it tells all we know."""
    language, helper = web.language(reader.language), raised.helper
    is_theirs = reader.role != Role.SELLER or people.is_theirs(session, raised.case.customer_id, reader.id)
    owner = people.staff(session).get(helper.owner_id or 0) if helper else None
    return web.pages.show(
        "raised",
        language,
        case=raised.case.id,
        what="known" if raised.is_known else "opened" if raised.is_new else "joined",
        helper=clean(owner.name) if owner else None,
        at=due(language, helper.due_at, web.policy.company.timezone) if helper else None,
        link=web.links.case(raised.case.id, reader.id, web.clock.now()) if is_theirs else None,
    )
