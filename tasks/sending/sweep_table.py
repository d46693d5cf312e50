"""The table of a sweep: what it did by kind, outcome and reason, and the references behind each count."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from models.queries.sending import forward
from tasks.mails.control_words import CaseNumbers, ControlWords
from tasks.sending.sweep_report import Report


def sweep_table(session: Session, words: ControlWords, report: Report) -> Sequence[dict[str, Any]]:
    """Its rows under heads in words; what concerns no order, invoice or customer has its cases instead."""
    refs = forward.refs_of(session, {one for about in report.about.values() for one in about})
    return words.head(
        {
            "kind": words.kind(key[0]),
            "outcome": words.outcome(key[1]),
            "reason": words.why(key[2]),
            "count": number,
            "about": _about(words, report.about.get(key, Counter()), refs, number),
            "cases": CaseNumbers(sorted(report.cases.get(key, ()))),
        }
        for key, number in sorted(report.counts.items())
    )


def _about(
    words: ControlWords, about: Counter[tuple[str, int]], refs: Mapping[tuple[str, int], str], number: int
) -> str:
    """The references, each once, and how many of `number` contacts are of none of these."""
    shown = {one: count for one, count in about.items() if one in refs}
    return words.listed(list(dict.fromkeys(refs[one] for one in shown)), number - sum(shown.values()))
