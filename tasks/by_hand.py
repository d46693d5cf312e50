"""What stands behind the flows that a person starts by hand."""

from collections.abc import Collection

from models.policy import Policy
from models.queries import cases
from models.words import Subject
from tasks.services import Services


def sweeps_of(policy: Policy, kinds: Collection[str]) -> list[str]:
    """The sweeps that send these kinds, each once; all sweeps when no kind is named.

    Raises:
        ValueError: a kind that the policy does not know.
    """
    unknown = sorted(set(kinds) - set(policy.cadences))
    if unknown:
        raise ValueError(
            f"no such kind: {', '.join(unknown)}; choose from {', '.join(sorted(policy.cadences))}"
        )
    chosen = [policy.cadences[kind] for kind in kinds] or list(policy.cadences.values())
    return list(dict.fromkeys(cadence.sweep for cadence in chosen if cadence.subject != Subject.CASE))


def note_reason(services: Services, customers: Collection[int], reason: str, did: str) -> None:
    """Keep in the history that somebody followed up by hand, why, and what came of it."""
    now = services.clock.now()
    with services.db.write() as session:
        for customer_id in customers:
            cases.note(
                session,
                (Subject.CUSTOMER, customer_id),
                "followed-up-by-hand",
                now,
                "ops",
                cause=reason,
                did=did,
            )
