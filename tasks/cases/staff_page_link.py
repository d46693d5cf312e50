"""The link of somebody's own page, mailed to the address on record: whoever asks for it learns nothing by asking."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from models.policy import Policy
from models.queries.planning import plan
from models.rules.cases.acting import ActError
from models.rules.planning.plan import PlanFacts, new_row, owed
from models.rules.planning.step_key import Mark, StepKey
from models.tables import Staff
from models.words import Subject

_AN_HOUR = timedelta(hours=1)


def send_link(session: Session, policy: Policy, person: Staff, now: datetime) -> None:
    """Plan the mail with the link of a colleague's own page: once an hour at most.

    Raises:
        ActError: there is no address to send it to, or the policy has no such mail.
    """
    if person.email is None:
        raise ActError("no-address", f"for: {person.ref} has no e-mail address on record; import one first")
    subject = PlanFacts(Subject.STAFF, person.id, None, policy.company.place, {"asked": now})
    rows = [new_row(subject, item, person.id) for item in owed(subject, policy.cadences, policy.windows)]
    if not rows:
        raise ActError(
            "no-mail", "the policy sends no such link; add [cadences.own-page], as the shipped one has it"
        )
    kinds = [row["kind"] for row in rows]
    if plan.was_owed_since(session, (Subject.STAFF, person.id), kinds, now - _AN_HOUR):
        return
    hour = f"{now:%Y%m%d%H}"
    plan.add_follow_ups(
        session, [{**row, "step": str(StepKey.parse(row["step"]).marked(Mark.LINK, hour))} for row in rows]
    )
