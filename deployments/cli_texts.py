"""The commands about texts: what a company has of its own, and whether it still goes with the shipped ones."""

import sys
from collections.abc import Iterator
from pathlib import Path

from cyclopts import App

from deployments.web.pages import TEMPLATES
from models.languages import CODES
from models.policy import Policy
from tasks.credit_recovery.document import PAGES
from tasks.mails import own_texts, shelf
from tasks.mails.frame import LAYOUTS
from tasks.mails.pictures import logo_problems
from tasks.mails.texts import missing_texts, offered, own_problems, problems_of
from tasks.runtime.settings import Settings

texts = App(
    name="texts", help="The company's own texts and words (SEGUITO_TEXTS), laid over the shipped ones."
)
_MOST_SHOWN = 400


@texts.command(name="list")
def list_() -> int:
    """List the own texts, words and looks that are in use."""
    laid = shelf.laid()
    names = [
        *(f"{name}.txt" for name in laid.own_texts),
        *laid.own_words,
        *(f"{shelf.LOOKS}/{one}" for one in laid.looks),
    ]
    print("\n".join(names) or "There are none: SEGUITO_TEXTS names no folder, or an empty one.")
    return 0


@texts.command
def accept() -> int:
    """Note that the own texts go with the shipped ones of this version."""
    own = _folder()
    print(
        f"{own_texts.accept(own)} texts and words are noted as going with the shipped ones of this version."
    )
    return 0


@texts.command
def copy(name: str) -> int:
    """Copy a shipped text into the own folder, to be changed there.

    Args:
        name: `welcome-contact/it.txt`, for instance.
    """
    kind, _, file = name.partition("/")
    language = file.removesuffix(".txt")
    shipped = shelf.text(kind, language) if language in CODES else None
    if shipped is None:
        raise ValueError(f"{name!r} is no shipped text; write it like welcome-contact/it.txt")
    path = _folder() / kind / f"{language}.txt"
    if path.exists():
        raise ValueError(f"{path} is there already; it was left as it is")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(shipped, encoding="utf-8")
    print(f"{path} can be changed now.")
    return 0


def _folder() -> Path:
    own = Settings().texts
    if own is None:
        raise ValueError("SEGUITO_TEXTS names no folder; set it to one of yours")
    return own


def check_texts(policy: Policy) -> bool:
    """Say what is wrong with the texts of a policy, and which languages are not offered; whether mails can go."""
    faults = [*missing_texts(policy), *own_problems(), *_looks(), *logo_problems(policy.company)]
    faults = list(dict.fromkeys(faults))
    if faults:
        print("\n".join(faults[:_MOST_SHOWN]), file=sys.stderr)
    for line in _notes(policy):
        print(line)
    return not faults


def _looks() -> list[str]:
    places = (LAYOUTS, TEMPLATES, PAGES)
    styles = {"style.css", "document.css"}
    known = styles | {path.name for place in places for path in place.folder.glob("*.*")}
    unknown = [
        f"{shelf.LOOKS}/{name}: nothing of that name is read; mend its name, or take it out"
        for name in shelf.laid().looks
        if name not in known
    ]
    return [problem for place in places for problem in place.problems()] + unknown


def _notes(policy: Policy) -> Iterator[str]:
    """What keeps no mail back, and should be known."""
    ready = offered(policy)
    for code in CODES:
        if code not in ready:
            missing = problems_of(policy, code)
            instead = policy.company.language_else
            yield f"{code} is not offered, {instead} is written instead; {len(missing)} texts are missing or wrong:"
            yield from (f"  {one}" for one in missing)
    own = Settings().texts
    if own is not None and own.is_dir():
        yield from own_texts.older(own)
