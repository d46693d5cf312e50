"""A company's own texts against the shipped ones they were written against: which of those have changed since."""

import tomllib
from collections.abc import Iterator, Mapping
from hashlib import blake2b
from pathlib import Path

from tasks.mails import shelf


def older(own: Path) -> list[str]:
    """Own texts whose shipped text is another one by now, or of which nobody said what they were written against."""
    known = _known(own)
    found = []
    for name, mark in _marks():
        if name not in known:
            found.append(
                f"{name}: it is not known which shipped text it was written against; `seguito texts accept`"
            )
        elif known[name] != mark:
            found.append(
                f"{name}: written against an older shipped text; compare the two, then `seguito texts accept`"
            )
    return found


def accept(own: Path) -> int:
    """Note that the own texts go with the shipped ones of today; how many they are."""
    marks = dict(_marks())
    lines = [f'"{name}" = "{mark}"' for name, mark in marks.items()]
    head = "# Which shipped texts these were written against. `seguito texts accept` writes this file.\n"
    (own / shelf.MARKS).write_text(head + "\n".join(lines) + "\n", encoding="utf-8")
    return len(marks)


def _marks() -> Iterator[tuple[str, str]]:
    """Every own text that takes the place of a shipped one, and a mark of that shipped one."""
    laid = shelf.laid()
    for name in laid.own_texts:
        kind, _, language = name.partition("/")
        if (shipped := shelf.text(kind, language)) is not None:
            yield f"{name}.txt", _mark(shipped)
    for name in laid.own_words:
        file, _, key = name.partition(": ")
        catalogue, _, rest = file.partition("/")
        yield name, _mark(shelf.shipped(catalogue)[rest.removesuffix(".toml")].get(key, ""))


def _mark(text: str) -> str:
    return blake2b(text.encode(), digest_size=6).hexdigest()


def _known(own: Path) -> Mapping[str, str]:
    path = own / shelf.MARKS
    if not path.is_file():
        return {}
    try:
        read = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError:
        return {}
    return {name: str(mark) for name, mark in read.items()}
