"""The page where a customer answers a mail. Opening it changes nothing; its button records the answer."""

from zoneinfo import ZoneInfo

from fastapi import APIRouter
from fastapi.responses import Response

from deployments.web.answer_views import ask, pay_days, thank
from deployments.web.context import MissingPageError, Parts
from deployments.web.filled import FilledFields
from deployments.web.forms import Form
from tasks.responses.by_link import answer, question

router = APIRouter()


@router.api_route("/a/{token}", methods=["GET", "HEAD"])
def show(token: str, web: Parts, say: str = "", score: str = "") -> Response:
    """Ask, with the choice of the link preselected: `say` names a meaning, `score` is 1 to 5."""
    key = web.links.read_answer(token, web.link_days)
    with web.db.read() as session:
        asked = question(session, web.policy, key, web.clock.now())
        if asked is None:
            raise MissingPageError
        return ask(web, session, asked, FilledFields(say, score), token)


@router.post("/a/{token}")
def record(token: str, form: Form, web: Parts) -> Response:
    """Record what the form says: `meaning`, `rating` and `text`, each of them optional, but not all."""
    key, now = web.links.read_answer(token, web.link_days), web.clock.now()
    filled = FilledFields.of(form)
    with web.db.write() as session:
        asked = question(session, web.policy, key, now, lock=True)
        if asked is None:
            raise MissingPageError
        zone = ZoneInfo(asked.customer.timezone)
        if (fault := filled.fault(pay_days(web, asked), now, zone)) is not None:
            return ask(web, session, asked, filled, token, fault)
        said = filled.said(now, zone)
        new = answer(session, web.policy, asked, said, now)
        after = question(session, web.policy, key, now) or asked  # a case may be open now
        return thank(web, session, after, said, new)
