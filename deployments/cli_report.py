"""The command that reports: what was sold, and what came after the sale."""

import asyncio
import json
import os
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

from cyclopts import Parameter

from models.languages import CODES
from models.rules.calendar.reach import OutOfReachError, written_day
from tasks.reporting.weekly import WeeklyReport, monday_of, report, week_report
from tasks.runtime.settings import Settings
from tasks.services import open_services


def report_(
    *,
    from_: Annotated[str | None, Parameter(name="--from")] = None,
    to: str | None = None,
    json_: Annotated[Path | None, Parameter(name="--json")] = None,
    language: str | None = None,
) -> int:
    """Report on a span of days: turnover, and beside it the after-sale measures. Counts, no names of customers.

    Args:
        from_: First day (`2026-03-01`); the last whole week when neither day is given.
        to: Last day, included; today when only the first is given.
        json_: Where the figures go, for a program to read.
        language: A code such as it; the company's when not given.
    """
    first = None if from_ is None else day("--from", from_)
    last = None if to is None else day("--to", to)
    if first is None and last is not None:
        raise ValueError("--to needs --from: say where the span begins")
    goes_to = None if json_ is None else writable("--json", json_)
    if language is not None and language not in CODES:
        raise ValueError(f"--language {language!r} is not written here; choose from {', '.join(CODES)}")
    made = asyncio.run(_report(first, last, language))
    if goes_to is not None:
        goes_to.write_text(json.dumps(made.figures, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(made.markdown)
    return 0


async def _report(first: date | None, last: date | None, language: str | None) -> WeeklyReport:
    async with open_services(Settings()) as services:
        today = services.clock.now().astimezone(ZoneInfo(services.policy.company.timezone)).date()
        if first is None:
            return week_report(services, monday_of(today - timedelta(weeks=1)), language)
        return report(services, first, last or today, language=language)


def day(option: str, text: str) -> date:
    """A day from the command line.

    Raises:
        ValueError: it is none.
    """
    try:
        return written_day(text)
    except OutOfReachError as error:
        raise ValueError(f"{option} {error}") from None
    except ValueError:
        raise ValueError(f"{option} {text!r} is no day; write it like 2017-01-01") from None


def writable(option: str, path: Path) -> Path:
    """A file that can be written; said before the work begins, not after it.

    Raises:
        ValueError: it cannot.
    """
    if path.is_dir() or not path.parent.is_dir() or not os.access(path.parent, os.W_OK):
        raise ValueError(f"{option} {path} cannot be written; name a file in a folder that is there")
    return path
