"""The texts of mails, pages, dossiers and reports: the shipped ones, with a company's own laid over them.

The company's folder (`SEGUITO_TEXTS`) looks like the shipped one: `welcome-contact/it.txt` takes the place of that
text, `labels/it.toml` and `pages/it.toml` that of the keys it has, `looks/style.css` that of the file. It is read
again when a file of it changes. What is wrong with an own text is told by `seguito policy check`, and until it is
mended the shipped one is used: a slip of the pen stops no mail.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from pathlib import Path
from string import Formatter
from time import monotonic
from typing import Any, NamedTuple

from models.languages import CODES
from tasks.runtime.settings import Settings

TEXTS = Path(__file__).parent / "texts"
"""The folder of all shipped texts."""
CATALOGUES = ("labels", "pages", "dossier", "report", "control-room")
"""Folders of short words, one file a language; every other folder is a message."""
LOOKS = "looks"
BLOCKS = "blocks"
"""Passages that people put into their own mails, a file a language; own ones take the place of all shipped ones."""
MARKS = "written-against.toml"
"""Keeps which shipped texts the own ones were written against; `seguito texts accept` writes it."""
_SECONDS = 2.0
_VERSIONS = count(1)

Words = Mapping[str, Mapping[str, str]]
"""By language and key (`section.name`)."""


class Block(NamedTuple):
    """A passage that goes into a mail of one's own, with gaps for `BLOCK_GAPS`."""

    title: str
    text: str


BLOCK_GAPS = frozenset({"name", "order", "author"})
"""What a passage may name: the customer, the order, and who writes."""


@dataclass(frozen=True)
class Laid:
    """What is on the shelf at one time."""

    version: int
    words: Mapping[str, Words]
    """By catalogue."""
    own_texts: Mapping[str, str] = field(default_factory=dict)
    """By `kind/language`, as written; not yet tried."""
    blocks: Mapping[str, Mapping[str, Block]] = field(default_factory=dict)
    """Passages for mails that people write, by language and name."""
    looks: Mapping[str, str] = field(default_factory=dict)
    """Own layouts, templates and styles, by file name."""
    own_words: Mapping[str, str] = field(default_factory=dict)
    """By `catalogue/language: key`."""
    problems: tuple[str, ...] = ()


class Shelf:
    """Shipped texts, and a folder of own ones over them."""

    def __init__(self, own: Path | None, seconds: float = _SECONDS) -> None:
        self.own = own
        self.seconds, self._looked = seconds, monotonic()
        self._seen = _signature(own)
        self._laid = _lay(own, next(_VERSIONS))

    def laid(self) -> Laid:
        """The texts as they stand; the folder is looked at again after two seconds."""
        if self.own is None or monotonic() - self._looked < self.seconds:
            return self._laid
        self._looked = monotonic()
        if (seen := _signature(self.own)) != self._seen:
            self._laid, self._seen = _lay(self.own, next(_VERSIONS)), seen
        return self._laid


@cache
def shelf() -> Shelf:
    """The texts of this installation, by the settings."""
    return Shelf(Settings().texts)


def laid() -> Laid:
    """The texts of this installation as they stand."""
    return shelf().laid()


def text(kind: str, language: str) -> str | None:
    """The shipped text of a message; None where there is none."""
    path = TEXTS / kind / f"{language}.txt"
    return path.read_text(encoding="utf-8") if path.is_file() else None


@cache
def shipped(catalogue: str) -> Words:
    """The shipped words of a catalogue."""
    return {code: _flat(TEXTS / catalogue / f"{code}.toml") for code in CODES}


def missing_keys(catalogue: str, language: str) -> list[str]:
    """Keys that other languages have and this one has not, in their order."""
    here = laid().words[catalogue].get(language, {})
    every = dict.fromkeys(key for words in shipped(catalogue).values() for key in words)
    return [key for key in every if key not in here]


def gaps(words: str) -> frozenset[str]:
    """The names that a text has room for.

    Raises:
        ValueError: a brace has no partner.
    """
    return frozenset(name for _, name, _, _ in Formatter().parse(words) if name is not None)


def _flat(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    sections = tomllib.loads(path.read_text(encoding="utf-8"))
    return {
        f"{section}.{name}": words for section, names in sections.items() for name, words in names.items()
    }


def _files(own: Path | None) -> list[Path]:
    if own is None or not own.is_dir():
        return []
    found = (path for path in own.rglob("*") if path.is_file())
    return sorted(path for path in found if not path.name.startswith(".") and not path.name.endswith("~"))


def _signature(own: Path | None) -> tuple[tuple[str, int, int], ...]:
    seen = []
    for path in _files(own):
        try:
            stat = path.stat()
        except FileNotFoundError:  # an editor is just putting another one in its place
            continue
        seen.append((str(path), stat.st_mtime_ns, stat.st_size))
    return tuple(seen)


def _lay(own: Path | None, version: int) -> Laid:
    words = {name: {code: dict(shipped(name)[code]) for code in CODES} for name in CATALOGUES}
    texts: dict[str, str] = {}
    looks: dict[str, str] = {}
    own_words: dict[str, str] = {}
    blocks = {code: _blocks(TEXTS / BLOCKS / f"{code}.toml")[0] for code in CODES}
    problems = (
        [f"SEGUITO_TEXTS: {own} is no folder; make it, or mend the setting"] if _is_missing(own) else []
    )
    for path in _files(own):
        where = str(path.relative_to(own or path))
        folder, _, name = where.rpartition("/")
        try:
            content = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            problems.append(f"{where}: cannot be read ({error}); save it as UTF-8")
            continue
        if folder in CATALOGUES and path.suffix == ".toml":
            taken, faults = _own_words(where, content, folder, path.stem)
            words[folder].get(path.stem, {}).update(taken)
            own_words |= {f"{where}: {key}": value for key, value in taken.items()}
            problems += faults
        elif folder == BLOCKS and path.suffix == ".toml" and path.stem in CODES:
            blocks[path.stem], faults = _blocks(path)
            problems += [f"{where}: {fault}" for fault in faults]
        elif folder == LOOKS:
            looks[name] = content
        elif folder and path.suffix == ".txt" and path.stem in CODES:
            texts[where.removesuffix(".txt")] = content
        elif where != MARKS:
            problems.append(f"{where}: nothing of that name is read; take it out, or mend its name")
    return Laid(version, words, texts, blocks, looks, own_words, tuple(problems))


def _blocks(path: Path) -> tuple[dict[str, Block], list[str]]:
    """The passages of a file that can be used, and what is wrong with the others."""
    try:
        sections = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        return {}, [str(error)]
    found: dict[str, Block] = {}
    faults: list[str] = []
    for name, one in sections.items():
        title, words = (one.get("title"), one.get("text")) if isinstance(one, dict) else (None, None)
        if not isinstance(title, str) or not isinstance(words, str):
            faults.append(f"{name}: write a title and a text, between quotation marks")
            continue
        try:
            unknown = gaps(words) - BLOCK_GAPS
        except ValueError:
            faults.append(f"{name}: a brace has no partner; write {{name}}, or double the brace")
            continue
        if unknown:
            known = ", ".join(f"{{{gap}}}" for gap in sorted(BLOCK_GAPS))
            faults.append(f"{name}: there is no {', '.join(sorted(unknown))} to put in; there is {known}")
            continue
        found[name] = Block(title, words)
    return found, faults


def _is_missing(own: Path | None) -> bool:
    return own is not None and not own.is_dir()


def _own_words(where: str, content: str, catalogue: str, language: str) -> tuple[dict[str, str], list[str]]:
    """The keys of an own catalogue that can be used, and what is wrong with the others."""
    try:
        sections: dict[str, Any] = tomllib.loads(content)
    except tomllib.TOMLDecodeError as error:
        return {}, [f"{where}: {error}; the shipped words are used until it is mended"]
    if language not in CODES:
        return {}, [f"{where}: there is no language {language!r}; choose from {', '.join(CODES)}"]
    taken: dict[str, str] = {}
    faults: list[str] = []
    for key, words in _entries(sections):
        fault = _fault(key, words, catalogue, language)
        if fault:
            faults.append(f"{where}: {key}: {fault}")
        else:
            taken[key] = words
    return taken, faults


def _entries(sections: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for section, names in sections.items():
        if isinstance(names, dict):
            yield from ((f"{section}.{name}", words) for name, words in names.items())
        else:
            yield section, None


def _fault(key: str, words: Any, catalogue: str, language: str) -> str | None:
    others = [by_key[key] for by_key in shipped(catalogue).values() if key in by_key]
    if not others:
        return f"there is no such key in {catalogue}/{language}.toml; mend its name, or take it out"
    if not isinstance(words, str) or not words.strip():
        return "is no text; write words between quotation marks"
    try:
        unknown = gaps(words) - gaps(others[0])
    except ValueError:
        return "a brace has no partner; write {name}, or double the brace"
    if unknown:
        known = ", ".join(f"{{{name}}}" for name in sorted(gaps(others[0]))) or "nothing"
        return (
            f"there is no {', '.join(f'{{{name}}}' for name in sorted(unknown))} to put in; there is {known}"
        )
    return None
