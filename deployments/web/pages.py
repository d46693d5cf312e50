"""Pages as they leave the house: rendered, in one language, with a style and without any script."""

import base64
import hashlib
from functools import partial
from pathlib import Path
from typing import Any

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from deployments.web.wording import answer_words, coded, words, words_first
from models.policy import Company
from tasks.credit_recovery.document import STYLE as DOCUMENT_STYLE
from tasks.mails.frame import phone_link
from tasks.mails.labels import label

_HERE = Path(__file__).parent
_STYLE = (_HERE / "style.css").read_text(encoding="utf-8")


def _hash(style: str) -> str:
    return base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()


HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_hash(_STYLE)}' 'sha256-{_hash(DOCUMENT_STYLE)}'; "
        "form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",  # the address of a page is the key to it
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
}
"""What every response carries, errors included."""

_TEMPLATES = Environment(
    loader=FileSystemLoader(_HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)
_TEMPLATES.globals |= {"style": Markup(_STYLE), "dial": phone_link}  # noqa: S704 (our own file)


class Pages:
    """The pages of one company."""

    def __init__(self, company: Company) -> None:
        self.company = company

    def show(self, page: str, language: str, status: int = 200, /, **values: Any) -> HTMLResponse:
        """A page by the name of its template.

        Raises:
            KeyError: a text is missing.
            jinja2.UndefinedError: the template asks for something that `values` does not have.
        """
        html = _TEMPLATES.get_template(f"{page}.html").render(
            values,
            language=language,
            company=self.company,
            say=partial(words, language),
            say_first=partial(words_first, language),
            coded=partial(coded, language),
            label=partial(_label, language),
            answer_words=partial(answer_words, language),
        )
        return HTMLResponse(html, status, headers={"Content-Language": language})

    def problem(self, name: str, language: str, status: int, **values: Any) -> HTMLResponse:
        """A kind page about something that went wrong, with the way to a person."""
        return self.show("problem", language, status, problem=name, values=values)


def _label(language: str, key: str, **names: object) -> str:
    return label(language, key).format(**names)
