"""Every night: would somebody hear at every rung of every ladder in the next seven days?"""

from prefect import State
from prefect.states import Completed, Failed

from flows.artifacts import leave_if_new
from flows.outcomes import named_flow
from flows.runs import CANNOT_RUN, said, services
from models.rules.planning.promises import gaps_in_words
from tasks.escalation.coverage import check_ladders

KEY = "ladders"


@named_flow(
    "check-ladders",
    (
        "Looks who would be told at each rung in the next seven days: every kind of promise, language and level. "
        "Changes nothing."
    ),
)
async def check_ladders_of_the_week() -> State[None]:
    """Look for rungs at which nobody stands."""
    try:
        async with services() as opened:
            policy = opened.policy
            with opened.db.read() as session:
                checked = check_ladders(session, opened.policy, opened.clock.now())
    except CANNOT_RUN as error:
        return Failed(message=str(error))
    await leave_if_new(KEY, checked.rows, "Who is told at each rung, from which day on. References only.")
    sentence = "; ".join([checked.sentence, *gaps_in_words(policy.gaps, policy.accepts)])
    is_open = any(gap.name not in policy.accepts for gap in policy.gaps)
    return Completed(name="Gaps", message=sentence) if checked.gaps or is_open else said(sentence)
