"""What another system's event wakes."""

from prefect import State
from prefect.states import Failed

from flows.batches import Batches
from flows.importing import read_source
from flows.outcomes import named_flow
from flows.runs import CANNOT_RUN, MOST_SECONDS, ended, leave, services, stopped
from flows.sweeping import sweep
from models.policy import ESCALATION, SWEEPS
from tasks.sending.sweep import SweepStoppedError
from tasks.sending.sweep_report import Report, Scope


@named_flow(
    "react-to-events",
    (
        "Imports the company's facts and sends what they make due. The event itself says nothing: what counts is "
        "what the source holds, so one run takes all events that came before it."
    ),
    timeout_seconds=MOST_SECONDS,
)
async def react_to_events() -> State[None]:
    """Import, then every sweep that writes to customers."""
    total = Report()
    try:
        imported = await read_source()
        async with services() as opened:
            for name in SWEEPS:
                if name != ESCALATION:
                    report = await sweep(opened, Scope(name, opened.clock.now()), batch=Batches(name))
                    await leave(name, report, dry_run=False)
                    total += report
    except SweepStoppedError as error:
        return await stopped(name, error)
    except CANNOT_RUN as error:
        return Failed(message=str(error))
    return ended(total, before=f"{imported.sentence()}; ")
