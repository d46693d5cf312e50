"""What a collection did, in figures that fit into one sentence. Holds no personal data."""

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum


class Became(StrEnum):
    """What became of one mail."""

    REPLY = "reply"
    URGENT = "urgent reply"
    THANKS = "thanks"
    HARD = "hard bounce"
    SOFT = "soft bounce"
    DELAYED = "delay report"
    AUTOMATIC = "automatic"
    COMPLAINT = "complaint"
    UNSUBSCRIBE = "unsubscribe"
    RAISED = "raised by a colleague"
    HELP = "help asked by a colleague"
    VERSION = "version of a colleague"
    PAGE = "link of an own page"
    PARKED = "parked"
    REJECTED = "rejected"
    OURS = "our own"
    AGAIN = "seen before"
    ELSEWHERE = "not for us"


_REPLIES = {Became.URGENT: "urgent", Became.THANKS: "thanks"}
_BOUNCES = {Became.HARD: "hard", Became.SOFT: "soft", Became.DELAYED: "only delayed"}
_FURTHER = (
    (Became.COMPLAINT, "complaint", "complaints"),
    (Became.UNSUBSCRIBE, "unsubscribed", "unsubscribed"),
    (Became.AUTOMATIC, "automatic", "automatic"),
    (Became.RAISED, "raised by a colleague", "raised by colleagues"),
    (Became.HELP, "call for help", "calls for help"),
    (Became.VERSION, "colleague's version", "colleagues' versions"),
    (Became.PAGE, "link asked for", "links asked for"),
    (Became.PARKED, "parked", "parked"),
    (Became.REJECTED, "rejected", "rejected"),
    (Became.OURS, "of our own", "of our own"),
    (Became.AGAIN, "seen before", "seen before"),
)


@dataclass
class CollectTally:
    """Counts, and what went wrong with a mailbox."""

    counts: Counter[Became] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)

    @property
    def read(self) -> int:
        """Mails that were for us."""
        return self.counts.total() - self.counts[Became.ELSEWHERE]

    def sentence(self) -> str:
        """`7 read: 4 replies (1 urgent), 2 bounces (1 hard, 1 soft), 1 parked`; says so when nothing was there."""
        parts = [
            *self._group("reply", "replies", (Became.REPLY, Became.URGENT, Became.THANKS), _REPLIES),
            *self._group("bounce", "bounces", tuple(_BOUNCES), _BOUNCES),
            *(f"{n} {one if n == 1 else many}" for what, one, many in _FURTHER if (n := self.counts[what])),
        ]
        said = f"{self.read} read: {', '.join(parts)}" if parts else "no new mail"
        return "; ".join([said, *self.problems])

    def _group(self, one: str, many: str, kinds: tuple[Became, ...], names: dict[Became, str]) -> list[str]:
        total = sum(self.counts[kind] for kind in kinds)
        details = ", ".join(
            f"{self.counts[kind]} {name}" for kind, name in names.items() if self.counts[kind]
        )
        return (
            [f"{total} {one if total == 1 else many}" + (f" ({details})" if details else "")] if total else []
        )
