"""The table of a sweep: what it did by kind, outcome and reason, and the references behind each count."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from models.queries.sending import forward
from tasks.mails.control_words import Cases, ControlWords
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
            "about": words.listed(
                list(dict.fromkeys(refs[one] for one in report.about.get(key, ()) if one in refs)), number
            ),
            "cases": Cases(sorted(report.cases.get(key, ()))),
        }
        for key, number in sorted(report.counts.items())
    )
