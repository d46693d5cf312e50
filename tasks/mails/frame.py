"""What stands around every text: buttons, people to ask, signature. They differ little: frames are kept.

A frame is rendered and encoded once, with control characters in the place of what differs from mail to mail
(`formats.clean` lets none of them through), and cut there. Filling it is joining the pieces, each of which
stands on lines of its own: in quoted-printable a line that ends with `=` goes on in the next.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

import css_inline

from models.policy import Company
from models.words import Meaning
from tasks.mails.labels import fill, label
from tasks.mails.letter import Contact
from tasks.mails.looks import Looks
from tasks.mails.marks import phone_link
from tasks.mails.mime import quoted, quoted_open
from tasks.mails.pictures import logo
from tasks.mails.shelf import laid
from tasks.mails.views import contact_view

_SUBJECT, _BODY, _LINK, _STOP, _OWN, _PREHEADER = (bytes([mark]) for mark in range(1, 7))
_LINK_TEXT = _LINK.decode()
_MARKS = (_LINK, _STOP, _OWN)
"""In the order of `MailLinks`."""
_CUTS = re.compile("([\x01-\x06])")
_BLANK_LINES = re.compile(r"\n{3,}")
_RATINGS = ("1", "2", "3", "4", "5")

_INLINER = css_inline.CSSInliner(keep_style_tags=False, keep_at_rules=True)
"""Outlook reads no style sheet but what stands in each element; rules for dark screens stay."""
LAYOUTS = Looks(Path(__file__).parent)


class Shape(NamedTuple):
    """What decides how a frame looks."""

    language: str
    answers: tuple[str, ...]
    is_service: bool
    owner: Contact | None
    deputy: Contact | None
    manager: Contact | None
    extra: bool
    dossier_of: Contact | None
    """The customer, when the mail is a dossier for one of our own people."""
    notice_of: Contact | None = None
    """The customer, as far as known, when the mail is a notice to one of our own people."""
    is_digest: bool = False
    """It leads to the desk, where the work of the day is."""
    is_for_staff: bool = False
    """One of our own people reads it: no answers of customers, and the link of the reader's own page."""


class MailLinks(NamedTuple):
    """The links of one mail; empty where it has none of that sort."""

    answer: str
    """What its buttons open."""
    stop: str
    """Ends the courtesies."""
    own: str
    """The page of the one of our people who reads it."""


@dataclass(frozen=True)
class Frame:
    """Both layouts in quoted-printable, cut where a mail's own words and links go."""

    text: tuple[bytes, ...]
    html: tuple[bytes, ...]

    def fill(
        self, subject: str, bodies: tuple[str, str], links: MailLinks, preheader: str = ""
    ) -> tuple[bytes, bytes]:
        """The finished parts, plain and HTML, in quoted-printable; `bodies` are the paragraphs for each.

        `preheader` is what an inbox shows behind the subject.

        Links need no escaping: `links.Links` makes them of letters, digits and the signs that URLs allow.
        """
        its = {_BODY: quoted_open(bodies[0])} | {
            mark: quoted_open(link) for mark, link in zip(_MARKS, links, strict=True)
        }
        text = b"".join([its.get(piece, piece) for piece in self.text])
        its[_SUBJECT], its[_BODY] = quoted_open(escape(subject)), quoted_open(bodies[1])
        its[_PREHEADER] = quoted_open(escape(preheader))
        return text, b"".join([its.get(piece, piece) for piece in self.html])


class Frames:
    """The frames of one company."""

    def __init__(self, company: Company) -> None:
        self._company = company
        self._kept = lru_cache(maxsize=4096)(self._of)

    def of(self, shape: Shape) -> Frame:
        """The frame for a shape, rendered at its first use and again when the texts have changed."""
        return self._kept(shape, laid().version, logo(self._company) is not None)

    def _of(self, shape: Shape, version: int, has_logo: bool) -> Frame:
        del version
        values = {
            "company": self._company,
            "language": shape.language,
            "label": partial(_label, shape.language),
            "body": _BODY.decode(),
            "subject": _SUBJECT.decode(),
            "stop": _STOP.decode(),
            "own": _OWN.decode(),
            "signature": _signature(self._company, shape.language),
            "foot": list(_foot(self._company, shape.language)),
            "logo": has_logo,
            "preheader": _PREHEADER.decode(),
            "extra": shape.extra,
            "is_for_staff": shape.is_for_staff,
            "ratings": _ratings(shape),
            "buttons": _buttons(shape),
            "people": _people(shape),
            "manager_known": shape.manager is not None,
        }
        text, html = (LAYOUTS.render(f"layout.{form}", values) for form in ("txt", "html"))
        return Frame(_pieces(_BLANK_LINES.sub("\n\n", text)), _pieces(_INLINER.inline(html)))


def _signature(company: Company, language: str) -> str:
    """As the policy has it, by language or in the company's own; in the others by a label."""
    if own := company.signatures.get(language):
        return own
    if language == company.language:
        return company.signature
    return _label(language, "footer.signature", company=company.name)


def _foot(company: Company, language: str) -> Iterator[str]:
    """Who writes: address, telephone and its hours, and what the law wants a company to say of itself."""
    yield from (line.strip() for line in company.postal_address.splitlines() if line.strip())
    yield company.phone
    if hours := company.opening(language):
        yield _label(language, "footer.hours", hours=hours)
    if registered := " · ".join(company.registered.lines()):
        yield registered


def _pieces(layout: str) -> tuple[bytes, ...]:
    """Encoded pieces, and between them the marks of what goes there."""
    pieces = _CUTS.split(layout.strip() + "\n")
    encoded = [piece.encode() if index % 2 else quoted_open(piece) for index, piece in enumerate(pieces)]
    return (*encoded[:-1], quoted(pieces[-1]))


def _label(language: str, key: str, **names: str) -> str:
    return fill(label(language, key), **names)


def _ratings(shape: Shape) -> list[tuple[str, str, str]]:
    """Score, its word, its link."""
    if Meaning.RATING not in shape.answers:
        return []
    words = [label(shape.language, f"rating.{score}") for score in _RATINGS]
    return [
        (score, word, f"{_LINK_TEXT}?say=rating&score={score}")
        for score, word in zip(_RATINGS, words, strict=True)
    ]


def _buttons(shape: Shape) -> list[tuple[str, str]]:
    """Label and link of each button."""
    if shape.dossier_of:
        return _dossier_buttons(shape.language, contact_view(shape.dossier_of), shape.answers)
    if shape.notice_of:
        return _notice_buttons(shape.language, contact_view(shape.notice_of))
    if shape.is_digest:
        return [(label(shape.language, "notice.desk"), _OWN.decode())]
    if shape.is_for_staff:
        return []
    chosen = [meaning for meaning in shape.answers if meaning != Meaning.RATING]
    return [
        (label(shape.language, answer_label(one, shape.is_service)), f"{_LINK_TEXT}?say={one}")
        for one in chosen
    ]


def answer_label(meaning: str, is_service: bool) -> str:
    """The key of the label for a meaning: a service does not arrive, it is finished."""
    return (
        f"answer.{meaning}-service" if is_service and meaning == Meaning.NOT_ARRIVED else f"answer.{meaning}"
    )


def _dossier_buttons(language: str, customer: Contact, wanted: tuple[str, ...]) -> list[tuple[str, str]]:
    """What the cadence wants done, or else all that a manager can do."""
    buttons = [(label(language, f"case.{do}"), f"{_LINK_TEXT}?do={do}") for do in wanted or ("take", "done")]
    if customer.phone and not wanted:
        buttons.append((label(language, "case.call").format(name=customer.name), phone_link(customer.phone)))
    return buttons


def _notice_buttons(language: str, customer: Contact) -> list[tuple[str, str]]:
    buttons = [(label(language, "notice.open"), _LINK_TEXT)]
    if customer.phone:
        buttons.append((label(language, "case.call").format(name=customer.name), phone_link(customer.phone)))
    return buttons


def _people(shape: Shape) -> list[dict[str, Any]]:
    """Whom the reader may turn to, in the order of the first try."""
    roles = (("owner", shape.owner), ("deputy", shape.deputy), ("manager", shape.manager))
    return [
        {
            "words": label(shape.language, f"contact.{role}").format(name=person.name),
            "phone": person.phone,
            "dial": phone_link(person.phone or ""),
            "email": person.email,
        }
        for role, contact in roles
        if contact and (person := contact_view(contact)) and not (role == "deputy" and not shape.owner)
    ]
