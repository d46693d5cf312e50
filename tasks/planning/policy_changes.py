"""What a policy would do to what was sent already: names that vanish, and contacts that would go out once more."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy.orm import Session

from models.policy import Policy
from models.queries.planning import renaming
from models.rules.calendar import offsets


def warnings(session: Session, policy: Policy, now: datetime) -> Iterator[str]:
    """One line for each cadence or step that the database knows and the policy does not."""
    since = {
        kind: offsets.apply(now, offsets.parse(f"-{cadence.max_late}"), policy.company.place)
        for kind, cadence in policy.cadences.items()
    }
    for one in renaming.vanished(session, policy.cadences, since):
        what = f"cadences.{one.kind}" + (f": the step {one.step!r}" if one.step else "")
        key = one.step or one.kind
        yield (
            f"{what} is gone; {one.sent} were sent under this name, and {one.again} of them would go out again "
            f'under another. If it was only renamed, write was = "{key}" beside the new name'
        )
