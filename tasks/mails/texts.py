"""The texts of the mails: where they are found, what may be wrong with one, and how one becomes paragraphs.

A text begins with `Subject: …` and a blank line; then come paragraphs, with blank lines between them. Lines
of one paragraph are joined. A line that starts with `- ` is an item of a list, one with `# ` is a heading.
"""

import re
from functools import lru_cache
from html import escape
from pathlib import Path

from jinja2 import (
    Environment,
    FileSystemLoader,
    StrictUndefined,
    Template,
    TemplateNotFound,
    TemplateSyntaxError,
)
from jinja2.meta import find_undeclared_variables

from models.policy import Policy
from tasks.mails.context import NAMES
from tasks.mails.labels import LANGUAGES, TEXTS

_WRITER = Environment(  # noqa: S701 (plain text; the HTML part escapes the finished paragraphs)
    loader=FileSystemLoader(TEXTS),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)

_LINK = re.compile(r"https?://[\w.:/~-]+")
"""A line that is nothing but the address of one of our pages."""

_P = '<p style="margin:0 0 16px">'
_H = '<h2 style="margin:24px 0 8px;font-size:17px">'
_UL = '<ul style="margin:0 0 16px;padding-left:20px">'
_LI = '<li style="margin:0 0 6px">'


@lru_cache
def template(kind: str, language: str) -> Template:
    """The text of a message, ready to be filled in.

    Raises:
        TemplateNotFound: nobody has written it.
        TemplateSyntaxError: it was written wrongly.
    """
    return _WRITER.get_template(f"{kind}/{language}.txt")


def blocks(body: str) -> list[tuple[str, str]]:
    """The paragraphs of a filled-in text: pairs of `p`, `li` or `h`, and the words on one line."""
    found: list[tuple[str, str]] = []
    goes_on = False
    for line in body.split("\n"):
        words = line.strip(" ")
        if not words:
            goes_on = False
        elif words.startswith("- "):
            found.append(("li", words[2:]))
            goes_on = True
        elif words.startswith("# "):
            found.append(("h", words[2:]))
            goes_on = False
        elif goes_on:
            found[-1] = (found[-1][0], f"{found[-1][1]} {words}")
        else:
            found.append(("p", words))
            goes_on = True
    return found


def as_text(paragraphs: list[tuple[str, str]]) -> str:
    """Paragraphs for the plain part of a mail."""
    parts: list[str] = []
    before = "h"
    for tag, words in paragraphs:
        if parts:
            parts.append("\n" if before == "h" or before == tag == "li" else "\n\n")
        parts.append(f"- {words}" if tag == "li" else words)
        before = tag
    return "".join(parts)


def as_html(paragraphs: list[tuple[str, str]]) -> str:
    """The same paragraphs for the HTML part, escaped."""
    parts: list[str] = []
    in_list = False
    escaped = escape("\x00".join([words for _, words in paragraphs])).split(
        "\x00"
    )  # one pass, not one for each
    for (tag, _), words in zip(paragraphs, escaped, strict=True):
        if in_list != (tag == "li"):
            in_list = not in_list
            parts.append(_UL if in_list else "</ul>\n")
        parts.append(_element(tag, words))
    return "".join(parts) + ("</ul>\n" if in_list else "")


def _element(tag: str, escaped: str) -> str:
    if _LINK.fullmatch(escaped):
        escaped = f'<a href="{escaped}">{escaped}</a>'
    if tag == "li":
        return f"{_LI}{escaped}</li>\n"
    return f"{_P}{escaped}</p>\n" if tag == "p" else f"{_H}{escaped}</h2>\n"


def missing_texts(policy: Policy) -> list[str]:
    """What keeps the mails of a policy from being written: one sentence for each text, with the fix."""
    sends = [kind for kind, cadence in policy.cadences.items() if cadence.sends]
    return [
        problem for kind in sends for language in LANGUAGES for problem in problems(kind, language, TEXTS)
    ]


def problems(kind: str, language: str, folder: Path) -> list[str]:
    """What is wrong with one text in a folder of texts."""
    where = f"cadences.{kind}: tasks/mails/texts/{kind}/{language}.txt"
    try:
        source = (folder / kind / f"{language}.txt").read_text(encoding="utf-8")
        tree = _WRITER.parse(source)
    except (OSError, TemplateNotFound):
        return [
            f"{where} is missing; write it (docs/recipes/add-a-message.md), or give the cadence opens_case"
        ]
    except TemplateSyntaxError as error:
        return [f"{where}, line {error.lineno}: {error.message}"]
    found = [
        f"{where}: there is no {name!r} to write about; choose from {', '.join(sorted(NAMES))}"
        for name in sorted(find_undeclared_variables(tree) - NAMES)
    ]
    if not source.startswith("Subject: ") or "\n\n" not in source:
        found.append(f"{where}: the first line is no 'Subject: …' with a blank line after it; add them")
    if source.partition("\n")[0].endswith("%}"):
        found.append(
            f"{where}: a tag at its end takes the line end with it; write {{{{ … if … else … }}}} instead"
        )
    return found
