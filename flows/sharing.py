"""Large backlogs: a sweep starts further runs, which take what is due beside it. Claims keep them apart."""

from datetime import datetime
from typing import Literal

from prefect import State
from prefect.states import Failed

from flows.as_of import moment
from flows.batches import Batches
from flows.fanning import NAME
from flows.outcomes import named_flow
from flows.runs import CANNOT_RUN, MOST_SECONDS, ended, leave, refused, services, stopped
from flows.sweeping import share_in
from tasks.sending.sweep import SweepStoppedError, phases
from tasks.sending.sweep_report import Report, Scope

SweepName = Literal[
    "welcome-contact", "satisfaction-check", "delay-alert", "credit-recovery", "escalate-unanswered"
]


@named_flow(
    NAME,
    "Helps a sweep that found much due: takes the same mails, never the same one.",
    timeout_seconds=MOST_SECONDS,
)
async def share_sweep(sweep: SweepName, as_of: datetime | None = None) -> State[None]:
    """Send what is due of a sweep, beside the run that started this one.

    Args:
        sweep: The sweep to help.
        as_of: Judge what is due at this time instead of now.
    """
    try:
        async with services() as opened:
            scope = Scope(sweep, moment(as_of, opened.clock.now(), may_be_later=False))
            mails = phases(opened, scope)[:1]  # the alarms stay with the run that started this one
            report = Report()
            for phase in mails:
                report += await share_in(opened, phase, batch=Batches(sweep))
    except SweepStoppedError as error:
        return await stopped(sweep, error)
    except CANNOT_RUN as error:
        return Failed(message=str(error))
    except ValueError as error:
        return refused(error)
    await leave(sweep, report, dry_run=False)
    return ended(report)
