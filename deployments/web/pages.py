"""Pages as they leave the house: rendered, in one language, with a style and without any script."""

import base64
import hashlib
from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from fastapi.responses import HTMLResponse
from markupsafe import Markup

from deployments.web.wording import answer_words, coded, words, words_first
from models.brand import Brand
from models.policy import Company
from tasks.credit_recovery.document import style as document_style
from tasks.mails.labels import fill, label
from tasks.mails.looks import Looks, file
from tasks.mails.marks import phone_link

_HERE = Path(__file__).parent


def _hash(style: str) -> str:
    return base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()


@lru_cache(maxsize=8)
def _headers(styles: tuple[str, str]) -> Mapping[str, str]:
    allowed = " ".join(f"'sha256-{_hash(one)}'" for one in styles)
    return {
        "Cache-Control": "no-store",
        "Content-Security-Policy": (
            f"default-src 'none'; style-src {allowed}; form-action 'self'; frame-src 'self'; "
            "base-uri 'none'; frame-ancestors 'none'"
        ),
        # The address of a page is the key to it, and stays here; with `no-referrer` browsers would hide the origin of a
        # press too, by which the desk knows its own pages.
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "X-Robots-Tag": "noindex, nofollow",
    }


def headers(company: Company) -> Mapping[str, str]:
    """What every response carries, errors included."""
    return _headers((_style(company), document_style()))


def _style(company: Company) -> str:
    """Ours, or the company's own, with its colours by daylight; on dark ground they could not be read."""
    brand, style = company.brand, file(_HERE, "style.css")
    if brand == Brand():
        return style
    colours = f"--green: {brand.colour}; --edge: {brand.colour}; --on-green: {brand.on_colour};"
    return f"{style}\n@media (prefers-color-scheme: light) {{ :root {{ {colours} }} }}\n"


TEMPLATES = Looks(_HERE / "templates", {"dial": phone_link})


class Pages:
    """The pages of one company."""

    def __init__(self, company: Company, in_trial: Callable[[], bool] = lambda: False) -> None:
        self.company, self.in_trial = company, in_trial

    def show(self, page: str, language: str, status: int = 200, /, **values: Any) -> HTMLResponse:
        """A page by the name of its template.

        Raises:
            KeyError: a text is missing.
            jinja2.UndefinedError: the template asks for something that `values` does not have.
        """
        html = TEMPLATES.render(
            f"{page}.html",
            values
            | {
                "style": Markup(_style(self.company)),  # noqa: S704 (our own file, or the company's)
                "language": language,
                "company": self.company,
                "trial": self.in_trial(),
                "say": partial(words, language),
                "say_first": partial(words_first, language),
                "coded": partial(coded, language),
                "label": partial(_label, language),
                "answer_words": partial(answer_words, language),
            },
        )
        return HTMLResponse(html, status, headers={"Content-Language": language})

    def problem(self, name: str, language: str, status: int, **values: Any) -> HTMLResponse:
        """A kind page about something that went wrong, with the way to a person."""
        return self.show("problem", language, status, problem=name, values=values)


def _label(language: str, key: str, **names: object) -> str:
    return fill(label(language, key), **names)
