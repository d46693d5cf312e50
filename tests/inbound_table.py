"""How well inbound mail is judged, counted over the corpora: the table of docs/explanation/inbound.md."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from tasks.inbound.message import UNNAMED, Verdict
from tasks.inbound.reading import read
from tasks.inbound.trimming.trimming import trim


@dataclass(frozen=True)
class Count:
    """Right, wrong, and in doubt; `notes` name what was not right."""

    what: str
    right: int
    wrong: int
    doubt: int
    notes: tuple[str, ...] = ()

    @property
    def share(self) -> float:
        """The part that is right, of 1."""
        return self.right / max(1, self.right + self.wrong + self.doubt)

    def row(self) -> str:
        """A row of the table."""
        total = self.right + self.wrong + self.doubt
        return f"| {self.what} | {total} | {self.right} | {self.wrong} | {self.doubt} | {self.share:.1%} |"


def bounces(folder: Path, names: Iterable[str] | None = None) -> Count:
    """Right: just the addresses that are expected, each with the right hard or soft."""
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    chosen = sorted(names if names is not None else (path.name for path in (folder / "mails").iterdir()))
    return _count(
        "bounces: recipient and hard or soft", ((name, _bounce(folder, name, expected)) for name in chosen)
    )


def autoreplies(folder: Path) -> Count:
    """Right: called automatic; parked is in doubt."""

    def judged(path: Path) -> str:
        verdict = read(path.read_bytes()).verdict
        return {Verdict.AUTOMATIC: "right", Verdict.DOUBTFUL: "doubt"}.get(verdict, "wrong")

    return _count("automatic replies", ((path.name, judged(path)) for path in sorted(folder.glob("*.eml"))))


def replies(folder: Path, trimmed: Callable[[str], str] = lambda text: trim(text).words) -> Count:
    """Right: the expected words, blanks aside. In doubt: those and more. Wrong: words are missing."""
    paths = sorted((folder / "emails").glob("*.txt"))
    return _count("replies: what was written now", ((path.name, _reply(path, trimmed)) for path in paths))


def table(data: Path) -> str:
    """The whole table, in Markdown."""
    counts = [bounces(data / "bounces"), autoreplies(data / "autoreplies"), replies(data / "replies")]
    head = "| what | mails | right | wrong | in doubt | right, of all |\n|---|---|---|---|---|---|"
    return "\n".join([head, *(count.row() for count in counts)])


def _count(what: str, results: Iterable[tuple[str, str]]) -> Count:
    found = list(results)
    number = {kind: sum(1 for _, result in found if result == kind) for kind in ("right", "wrong", "doubt")}
    notes = tuple(name for name, result in found if result != "right")
    return Count(what, number["right"], number["wrong"], number["doubt"], notes)


def _bounce(folder: Path, name: str, expected: dict[str, list[dict[str, object]]]) -> str:
    message = read((folder / "mails" / name).read_bytes())
    wanted = {
        str(address).lower(): not entry["temporary"]
        for entry in expected.get(name, [])
        for address in entry["addresses"]  # type: ignore[attr-defined]
    }
    found = {one.address: one.permanent for one in message.bounced if one.address != UNNAMED}
    if found == wanted:
        return "right"
    return "wrong" if found else "doubt"


def _reply(path: Path, trimmed: Callable[[str], str]) -> str:
    wanted = _plain((path.parent.parent / "trimmed" / path.name).read_text(encoding="utf-8"))
    found = _plain(trimmed(path.read_text(encoding="utf-8")))
    if found == wanted:
        return "right"
    return "doubt" if set(wanted.split()) <= set(found.split()) else "wrong"


def _plain(text: str) -> str:
    return " ".join(text.split())
