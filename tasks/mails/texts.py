"""The texts of the mails: where they are found, what may be wrong with one, and how one becomes paragraphs.

A text begins with `Subject: …` and a blank line; then come paragraphs, with blank lines between them. Lines
of one paragraph are joined. A line that starts with `- ` is an item of a list, one with `# ` is a heading.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from html import escape
from typing import Any

from jinja2 import (
    Environment,
    StrictUndefined,
    Template,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
)
from jinja2.meta import find_undeclared_variables

from models.languages import CODES
from models.policy import Policy
from tasks.mails import shelf
from tasks.mails.context import NAMES
from tasks.mails.examples import examples
from tasks.mails.labels import stop
from tasks.mails.marks import in_html, in_words

_WRITER = Environment(  # noqa: S701 (plain text; the HTML part escapes the finished paragraphs)
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)

_SUBJECT = "Subject: "
_WRITER.filters["stop"] = stop
_POINT_BEHIND = re.compile(r"\{\{\s*([^{}]+?)\s*\}\}\.(?=\s|$)")
"""What is put in, and a point behind it."""

_FONT = "font-family:'Segoe UI',Roboto,Helvetica,Arial,sans-serif;overflow-wrap:anywhere"
_WORDS = f"font-size:16px;line-height:24px;{_FONT}"
"""Outlook's Word engine gives a paragraph no font but its own; see `layout.html` for the rest."""
_P = f'<p style="margin:0 0 16px;{_WORDS}">'
_H = f'<h2 style="margin:24px 0 8px;font-size:17px;line-height:24px;font-weight:600;{_FONT}">'
_UL = '<ul style="margin:0 0 16px;padding:0 0 0 20px">'
_LI = f'<li style="margin:0 0 6px;{_WORDS}">'


def template(kind: str, language: str) -> Template:
    """The text of a message, ready to be filled in: the company's own where it has one that can be used.

    Raises:
        TemplateNotFound: nobody has written it.
        TemplateSyntaxError: it was written wrongly.
    """
    return _template(kind, language, shelf.laid().version)


@lru_cache(maxsize=1024)
def _template(kind: str, language: str, version: int) -> Template:
    del version  # it only tells one state of the shelf from the next
    own = shelf.laid().own_texts.get(f"{kind}/{language}")
    shipped = shelf.text(kind, language)
    if own is not None and (shipped is None or not faults(own, language, f"{kind}/{language}.txt")):
        return _written(own)
    if shipped is None:
        raise TemplateNotFound(f"{kind}/{language}.txt")
    return _written(shipped)


def _written(source: str) -> Template:
    """The text, with no second point behind what ends with one."""
    return _WRITER.from_string(_POINT_BEHIND.sub(r"{{ (\1) | stop }}", source))


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


def filled(kind: str, language: str, facts: Mapping[str, Any]) -> tuple[str, list[tuple[str, str]]]:
    """Subject and paragraphs of a message with these facts.

    Raises:
        TemplateNotFound: nobody has written it.
    """
    first, _, body = template(kind, language).render(facts).partition("\n\n")
    return first.removeprefix(_SUBJECT), blocks(body)


def joined(parts: Sequence[tuple[str, list[tuple[str, str]]]]) -> tuple[str, list[tuple[str, str]]]:
    """Several messages as one: subject and greeting of the first, and no line of a list twice."""
    subject, paragraphs = parts[0]
    for _, more in parts[1:]:
        said = {words for tag, words in paragraphs if tag == "li"}
        rest = [(tag, words) for tag, words in more[1:] if tag != "li" or words not in said]
        paragraphs = paragraphs + [
            (tag, words[:1].upper() + words[1:] if number == 0 else words)
            for number, (tag, words) in enumerate(rest)
        ]
    return subject, paragraphs


def as_text(paragraphs: list[tuple[str, str]]) -> str:
    """Paragraphs for the plain part of a mail."""
    parts: list[str] = []
    before = "h"
    for tag, words in paragraphs:
        if parts:
            parts.append("\n" if before == "h" or before == tag == "li" else "\n\n")
        parts.append(f"- {words}" if tag == "li" else words)
        before = tag
    return in_words("".join(parts))


def as_html(paragraphs: list[tuple[str, str]], colour: str) -> str:
    """The same paragraphs for the HTML part, escaped; links have `colour`."""
    if not paragraphs:
        return ""
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
    return in_html("".join(parts) + ("</ul>\n" if in_list else ""), colour)


def _element(tag: str, escaped: str) -> str:
    if tag == "li":
        return f"{_LI}{escaped}</li>\n"
    return f"{_P}{escaped}</p>\n" if tag == "p" else f"{_H}{escaped}</h2>\n"


def missing_texts(policy: Policy) -> list[str]:
    """What keeps the mails of a policy from being written: one sentence for each text, with the fix.

    Asked of the languages that nobody can be spared: the company's own, and the one for everybody else.
    """
    needed = dict.fromkeys((policy.company.language, policy.company.language_else))
    return [problem for language in needed for problem in problems_of(policy, language)]


def problems_of(policy: Policy, language: str) -> list[str]:
    """What is missing or wrong before a language can be offered, to the last label."""
    labels = [
        f"{catalogue}/{language}.toml: {key} is missing"
        for catalogue in shelf.CATALOGUES
        for key in shelf.missing_keys(catalogue, language)
    ]
    return labels + [problem for kind in policy.mailed_kinds for problem in problems(kind, language)]


@lru_cache(maxsize=8)
def _offered(kinds: tuple[str, ...], version: int) -> tuple[str, ...]:
    del version
    return tuple(
        code
        for code in CODES
        if not any(shelf.missing_keys(name, code) for name in shelf.CATALOGUES)
        and all(_is_sound(kind, code) for kind in kinds)
    )


def _is_sound(kind: str, language: str) -> bool:
    """Whether a text is there: a shipped one, which the tests look at, or else the company's own without fault."""
    if shelf.text(kind, language) is not None:
        return True
    own = shelf.laid().own_texts.get(f"{kind}/{language}")
    return own is not None and not faults(own, language, f"{kind}/{language}.txt")


def offered(policy: Policy) -> tuple[str, ...]:
    """The languages in which every mail and page of a policy can be written."""
    return _offered(policy.mailed_kinds, shelf.laid().version)


def spoken(policy: Policy, wanted: str) -> str:
    """The language that somebody is written to in: the wanted one where it is offered."""
    return wanted if wanted in offered(policy) else policy.company.language_else


def problems(kind: str, language: str) -> list[str]:
    """What keeps a message from being written: the shipped text stands in for an own one with a fault.

    Those faults are told by `own_problems`.
    """
    name = f"{kind}/{language}"
    own, shipped = shelf.laid().own_texts.get(name), shelf.text(kind, language)
    if own is None and shipped is None:
        fix = "write it (docs/recipes/add-a-message.md), or give the cadence opens_case"
        return [f"cadences.{kind}: tasks/mails/texts/{name}.txt is missing; {fix}"]
    where = f"{name}.txt"
    found = form_faults(shipped, where) if shipped is not None else faults(own or "", language, where)
    return [f"cadences.{kind}: {fault}" for fault in found]


def own_problems() -> list[str]:
    """What is wrong with the company's own texts and words; the shipped ones stand in until it is mended."""
    laid = shelf.laid()
    return [
        *laid.problems,
        *(
            fault
            for name, source in laid.own_texts.items()
            for fault in faults(source, name.rpartition("/")[2], f"{name}.txt")
        ),
    ]


def faults(source: str, language: str, where: str) -> list[str]:
    """What is wrong with a text: its form, the names it uses, and what comes out when it is filled in."""
    return form_faults(source, where) or _when_filled(source, language, where)


def form_faults(source: str, where: str) -> list[str]:
    """What is wrong with the form of a text, and with the names it uses."""
    try:
        tree = _WRITER.parse(source)
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


def _when_filled(source: str, language: str, where: str) -> list[str]:
    """A name that is misspelt after its dot shows only when the text is filled in."""
    written = _written(source)
    for facts in examples(language):
        try:
            written.render(facts)
        except (TemplateError, TypeError, ValueError) as error:
            return [f"{where}: cannot be filled in ({error}); mend the name, or ask first with {{% if … %}}"]
    return []
