"""Which contacts go out as one mail: what is due for one reader at one time, and can be said together.

Several orders of a day are confirmed in one mail, and thirty that slip on one day are one alert. The welcome goes with
the confirmation. To our own people a matter is one mail, and many matters at once share one.
"""

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Due:
    """A contact that goes out now."""

    id: int
    kind: str
    reader: Hashable
    """Who reads it: the same value for the same address."""
    about: tuple[str, int]
    """Subject type and id."""
    together: Hashable = None
    """What has to be alike for two matters to stand in one mail of this kind; None where each has a mail of its own."""
    into: frozenset[str] = frozenset()
    """Kinds in whose mail it goes, where one is due about the same matter."""
    nudge_of: str | None = None
    """The key of the mail that it reminds of: what was one mail is one reminder."""


@dataclass(frozen=True)
class MailPlace:
    """In which mail a contact goes, and whether it only goes along there."""

    mail: Hashable
    goes_along: bool = False


def mails(due: Sequence[Due]) -> dict[int, MailPlace]:
    """In which mail each of these contacts goes, by id."""
    alike: dict[tuple[Hashable, tuple[str, int]], list[Due]] = defaultdict(list)
    for one in due:
        alike[one.reader, one.about].append(one)
    found = {}
    for one in due:
        leads = [other for other in alike[one.reader, one.about] if other.kind in one.into]
        lead = leads[0] if leads and one.nudge_of is None else one
        found[one.id] = MailPlace(_own(lead), goes_along=lead is not one)
    return found


def _own(one: Due) -> Hashable:
    if one.nudge_of is not None:
        return one.kind, one.reader, one.nudge_of
    return (one.kind, one.reader, one.together) if one.together is not None else one.id


@dataclass(frozen=True)
class DueNotice:
    """A notice to one of our own people that goes out now."""

    id: int
    reader: int
    about: tuple[str, int]
    """Subject type and id."""
    can_share: bool = True
    """It tells of a matter and asks nothing on its own page alone."""


def notices(due: Sequence[DueNotice], most: Mapping[int, int]) -> dict[int, MailPlace]:
    """In which mail each of these notices goes, by id: one for each matter, up to so many (`most`) a reader.

    More at once share a mail, so that nobody gets thirty in a minute; none is left out.
    """
    matters: dict[int, set[tuple[str, int]]] = defaultdict(set)
    for one in due:
        if one.can_share:
            matters[one.reader].add(one.about)
    found = {}
    for one in due:
        if not one.can_share:
            found[one.id] = MailPlace(one.id)
        elif len(matters[one.reader]) > most[one.reader]:
            found[one.id] = MailPlace(("shared", one.reader), goes_along=True)
        else:
            found[one.id] = MailPlace((one.about, one.reader))
    return found
