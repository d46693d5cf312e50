"""What waits of an import: somebody owes a look at it; a person lets it through, or a right export settles it."""

from datetime import datetime

from sqlalchemy.orm import Session

from models.import_stop import ImportStop
from models.policy import Policy
from models.queries import history, people
from models.queries.importing import guard as queries
from models.rules.cases.acting import Act
from models.rules.importing.guard import GuardKind
from models.words import CommitmentKind, Subject
from tasks.commitments.close import fulfil, withdraw
from tasks.commitments.of_the_company import owe
from tasks.commitments.own_sales import acts_open_to
from tasks.importing.guard import Guard

_RIGHT_AGAIN = "the export is right again"


def note(session: Session, policy: Policy, source: str, guard: Guard, now: datetime) -> list[str]:
    """Write down what trips, and settle what does not any more; returns a line for each stop that stands."""
    known = {
        (one.about, one.kind): one for one in queries.standing(session, source) if one.about == guard.table
    }
    said = []
    for kind in GuardKind:
        stop = known.get((guard.table, kind))
        if guard.trips(kind):
            said.append(_stand(session, policy, source, guard, kind, stop, now))
        elif stop is not None:
            _settle(session, stop, now)
    return said


def let_through(session: Session, number: int, by: str, now: datetime) -> ImportStop:
    """Let the next import write what waits.

    Raises:
        ValueError: there is no such stop, it is settled, nobody has this reference, or that person sells, not alone.
    """
    person = people.staff_by_ref(session, by.strip())
    if person is None or Act.OUTCOME not in acts_open_to(session, person):
        raise ValueError(f"by: {by!r} is nobody here who may decide this; give a reference such as S-03")
    stop = queries.get(session, number)
    if stop is None or stop.settled_at is not None:
        raise ValueError(f"there is no import that waits under number {number}; see `seguito imports list`")
    stop.let_through_at, stop.let_through_by = now, person.ref
    history.note(session, (Subject.IMPORT, stop.id), "let-through", now, person.ref, cause=stop.kind)
    owed = queries.owed_for(session, stop.id)
    if owed is not None:
        fulfil(
            session,
            owed,
            "let-through",
            f"{stop.kind}: {stop.count} of {stop.base}",
            now=now,
            actor=person.ref,
        )
    return stop


WHAT_TO_DO = (
    "What waits is not written: `seguito imports list` names it. Mend the export or the SELECT, and import again; or, "
    "where it is right, `seguito imports let-through NUMBER --by REF`, and import again."
)


def in_words(stop: ImportStop) -> str:
    """One stop on one line; references only."""
    shown = ", ".join(stop.examples)
    return (
        f"{stop.id}: {stop.source}, {stop.about}: {stop.kind}, {stop.count} of {stop.base} ({shown}); waits since "
        f"{stop.found_at:%Y-%m-%d %H:%M} UTC"
        + (", let through with the next import" if stop.let_through_at else "")
    )


def _stand(
    session: Session,
    policy: Policy,
    source: str,
    guard: Guard,
    kind: GuardKind,
    stop: ImportStop | None,
    now: datetime,
) -> str:
    is_new = stop is None
    if stop is None:
        stop = ImportStop(source=source, about=guard.table, kind=kind, found_at=now)
        session.add(stop)
    stop.count, stop.base, stop.seen_at = guard.counts[kind], guard.bases[kind], now
    stop.examples = guard.examples[kind]
    session.flush()
    if is_new:
        owe(
            session,
            policy,
            CommitmentKind.IMPORT,
            (Subject.IMPORT, stop.id),
            in_words(stop),
            now=now,
            actor=f"import:{stop.source}",
        )
    return f"{stop.count} {guard.table} {kind} wait for a person (stop {stop.id})"


def _settle(session: Session, stop: ImportStop, now: datetime) -> None:
    stop.settled_at = now
    owed = queries.owed_for(session, stop.id)
    if owed is not None:
        withdraw(session, owed, _RIGHT_AGAIN, now=now, actor=f"import:{stop.source}")
