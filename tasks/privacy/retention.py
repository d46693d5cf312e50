"""Customers of whom nothing is heard any more are erased after a time; many at once wait for a person."""

from collections.abc import Sequence
from dataclasses import dataclass

import pendulum

from models.queries.privacy.idle import idle
from tasks.privacy.rights import CannotEraseError, check_person, erase_by_policy
from tasks.runtime.settings import Settings
from tasks.services import Services

ACTOR = "retention"
_MOST = 100_000


@dataclass(frozen=True)
class Erased:
    """What a run did, by references: who is out, and who could not be taken out and why."""

    refs: Sequence[str] = ()
    kept: Sequence[str] = ()
    waiting: int = 0
    """So many are due, which is more than a night may erase: a person says so."""

    @property
    def sentence(self) -> str:
        """What happened, in one sentence, with the fix."""
        if self.waiting:
            return (
                f"{self.waiting} customers are due to be erased, which is more than [retention] a_night: nobody was. "
                "Look at them with `seguito retention`, and erase them with `seguito retention --by M-1`"
            )
        said = f"{len(self.refs)} customers erased after the time of the policy"
        return f"{said}; {len(self.kept)} kept: {'; '.join(self.kept[:5])}" if self.kept else said


def due(services: Services) -> Sequence[str]:
    """References of those whose time is over; nobody where the policy names no time."""
    months = services.policy.retention.customers_after_months
    if not months:
        return ()
    before = pendulum.instance(services.clock.now()).subtract(months=months)
    with services.db.read() as session:
        return idle(session, before, _MOST)


def expire(services: Services, settings: Settings, by: str | None = None) -> Erased:
    """Erase whoever is due: by night at most `a_night`, or nobody; all of them where a person says so.

    Raises:
        CannotEraseError: nobody here has the reference `by`.
    """
    if by is not None:
        check_person(services, by)
    refs = due(services)
    if by is None and len(refs) > services.policy.retention.a_night:
        return Erased(waiting=len(refs))
    erased, kept = [], []
    for ref in refs:
        try:
            erase_by_policy(services, settings, ref, by.strip() if by else ACTOR)
        except CannotEraseError as error:
            kept.append(str(error))
        else:
            erased.append(ref)
    return Erased(erased, kept)
