"""How well reports are judged when one source is left out: `python -m tests.inbound_sources FOLDER` prints the table.

Nothing here is trained, so nothing can be fitted anew without a source. What can be left out is words: for each source,
the phrases of the lists that no mail of any other source has are dropped, and then its mails are judged. A phrase is
an alternative at the top of a pattern; what stands in brackets inside one stays. Phrases that no mail at all has come
from knowledge of the servers, and stay. For the corpus that the field's library was made on, the library is off, too.

A source is the family in the name of a file of the corpus (`exim_01.txt`), and each lot of our own mails.
"""

import json
import re
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from models.rules.inbound import machine_words
from tasks.inbound.bounces import finding, languages, notices, returned, statuses
from tasks.inbound.message import UNNAMED, Verdict
from tasks.inbound.reading import read
from tests import first_look

LISTS: tuple[tuple[ModuleType, str], ...] = (
    *((finding, name) for name in ("_SUBJECT", "_STRONG", "_DELAY", "_WARNING")),
    (notices, "FAILURE"),
    *((statuses, name) for name in ("_GOES_ON", "_GAVE_UP", "_FULL", "_REFUSED", "_GONE")),
    *((languages, name) for name in ("FAILURE", "GONE", "FULL", "WAITS")),
    (returned, "_STARTS"),
    *((machine_words, name) for name in ("_AWAY", "_MADE")),
)
_NEVER = "(?!)"


@dataclass(frozen=True)
class Case:
    """A mail of a source, and how it is judged: `right`, `doubt`, `wrong` or `costly`."""

    source: str
    name: str
    raw: bytes
    judged: Callable[[], str]


def cases(data: Path) -> list[Case]:
    """Every mail that comes from a machine or looks so: the corpora's, and our own."""
    found = [*_of_corpus(data / "bounces"), *_of_autoreplies(data / "autoreplies")]
    for lot in ("bounces", "bounces-2", "bounces-3"):
        found += [
            Case(f"own {lot}", one.name, one.raw, lambda one=one: first_look.judged_bounce(one))  # type: ignore[misc]
            for one in first_look.bounces(lot)
        ]
    for lot in ("reports", "reports-2", "reports-3", "reports-4", "reports-5"):
        found += [
            Case(f"own {lot}", one.name, one.raw, lambda one=one: first_look.judged_report(one))  # type: ignore[misc]
            for one in first_look.reports(lot)
        ]
    return found


def score(data: Path) -> dict[str, dict[str, list[str]]]:
    """By source and verdict: the names of its mails, judged without the phrases that only they support."""
    everything = cases(data)
    support = _support(everything)
    found: dict[str, dict[str, list[str]]] = {}
    for source in dict.fromkeys(case.source for case in everything):
        with _without(source, support):
            results: dict[str, list[str]] = defaultdict(list)
            for case in everything:
                if case.source == source:
                    results[case.judged()].append(case.name)
        found[source] = results
    return found


def table(found: dict[str, dict[str, list[str]]]) -> str:
    """In Markdown, the worst source first."""

    def row(source: str, results: dict[str, list[str]]) -> str:
        counts = [len(results.get(kind, ())) for kind in ("right", "doubt", "wrong", "costly")]
        cells = " | ".join(map(str, (sum(counts), *counts)))
        return f"| {source} | {cells} | {counts[0] / sum(counts):.1%} |"

    head = "| source | mails | right | in doubt | wrong | costly | right, of all |\n|---|---|---|---|---|---|---|"
    ranked = sorted(found, key=lambda source: share(found[source]))
    total = {
        kind: [name for results in found.values() for name in results.get(kind, ())]
        for kind in ("right", "doubt", "wrong", "costly")
    }
    return "\n".join([head, *(row(source, found[source]) for source in ranked), row("all", total)])


def share(results: dict[str, list[str]]) -> float:
    """The part that is right, of 1."""
    return len(results.get("right", ())) / sum(map(len, results.values()))


def phrases(pattern: str) -> list[str]:
    """The alternatives at the top of a pattern."""
    parts, depth, in_class, start, at = [], 0, False, 0, 0
    while at < len(pattern):
        sign = pattern[at]
        if sign == "\\":
            at += 1
        elif in_class:
            in_class = sign != "]"
        elif sign == "[":
            in_class = True
        elif sign in "()":
            depth += 1 if sign == "(" else -1
        elif sign == "|" and depth == 0:
            parts.append(pattern[start:at])
            start = at + 1
        at += 1
    return [*parts, pattern[start:]]


def _support(everything: Sequence[Case]) -> dict[tuple[str, str, str], set[str]]:
    """By module, list and phrase: the sources that have it."""
    texts = [(case.source, _text(case.raw)) for case in everything]
    found: dict[tuple[str, str, str], set[str]] = {}
    for module, name in LISTS:
        whole: re.Pattern[str] = getattr(module, name)
        for phrase in phrases(whole.pattern):
            alone = re.compile(phrase, whole.flags)
            found[module.__name__, name, phrase] = {source for source, text in texts if alone.search(text)}
    return found


def _text(raw: bytes) -> str:
    shown = read(raw)
    return "\n".join((shown.subject, shown.words, shown.quoted, raw.decode("utf-8", "replace")))[:60_000]


@contextmanager
def _without(source: str, support: dict[tuple[str, str, str], set[str]]) -> Iterator[None]:
    """The lists without what only this source has."""
    with ExitStack() as stack:
        for module, name in LISTS:
            whole: re.Pattern[str] = getattr(module, name)
            kept = [one for one in phrases(whole.pattern) if support[module.__name__, name, one] != {source}]
            stack.callback(setattr, module, name, whole)
            setattr(module, name, re.compile("|".join(kept) or _NEVER, whole.flags))
        if source.startswith("flufl "):
            stack.callback(setattr, finding, "_library", finding._library)
            finding._library = lambda _mail: (set(), set())
        yield


def _of_corpus(folder: Path) -> Iterator[Case]:
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    for path in sorted((folder / "mails").iterdir()):
        wanted = {
            str(address).lower(): not entry["temporary"]
            for entry in expected.get(path.name, [])
            for address in entry["addresses"]
        }
        raw = path.read_bytes()
        source = f"flufl {path.stem.rpartition('_')[0]}"
        yield Case(source, path.name, raw, lambda raw=raw, wanted=wanted: _judged(raw, wanted))  # type: ignore[misc]


def _judged(raw: bytes, wanted: dict[str, bool]) -> str:
    message = read(raw)
    found = {one.address: one.permanent for one in message.bounced if one.address != UNNAMED}
    if found == wanted:
        return "right"
    if any(first_look.kills(one) and one.address not in wanted for one in message.bounced if one.address):
        return "costly"
    if message.verdict is Verdict.HUMAN:
        return "wrong"
    return "wrong" if found else "doubt"


def _of_autoreplies(folder: Path) -> Iterator[Case]:
    def judged(raw: bytes) -> str:
        return {Verdict.AUTOMATIC: "right", Verdict.DOUBTFUL: "doubt"}.get(read(raw).verdict, "wrong")

    for path in sorted(folder.glob("*.eml")):
        raw = path.read_bytes()
        yield Case("autoreplies", path.name, raw, lambda raw=raw: judged(raw))  # type: ignore[misc]


if __name__ == "__main__":
    scored = score(Path(sys.argv[1]))
    print(table(scored))
    for source, results in scored.items():
        for kind in ("costly", "wrong", "doubt"):
            if results.get(kind):
                print(f"{source}, {kind}: {', '.join(results[kind])}")
