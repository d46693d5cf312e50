"""A mail in its own look, in a frame that may do nothing: no script, no form, no picture or style from elsewhere.

Its links lead nowhere: they are the customer's, and whoever follows one answers in the customer's name.
"""

import re
from base64 import b64encode
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from html import escape

from fastapi.responses import HTMLResponse, Response

_LEADS = re.compile(
    r"""\s(?:href|action|formaction|ping|xlink:href)\s*=\s*(?:"[^"]*"|'[^']*'|[^\s>]+)""", re.IGNORECASE
)
_ADDRESS = re.compile(r"https?://[^\s<>\"]+")
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'self'"
    ),
    "X-Frame-Options": "SAMEORIGIN",
}


def framed(raw: bytes) -> Response:
    """The HTML part of a mail, or its text, with its own pictures in it."""
    mail = message_from_bytes(raw, policy=default)
    assert isinstance(mail, EmailMessage)  # noqa: S101 (the default policy makes them)
    part = mail.get_body(("html", "plain"))
    content = str(part.get_content()) if part is not None else ""
    if part is None or part.get_content_subtype() != "html":
        plain = escape(_ADDRESS.sub("…", content))
        content = f'<!DOCTYPE html><meta charset="utf-8"><pre style="white-space:pre-wrap">{plain}</pre>'
    content = _LEADS.sub("", content)
    for picture in mail.walk():
        name = (picture.get("Content-ID") or "").strip("<> ")
        if name and picture.get_content_maintype() == "image":
            data = b64encode(picture.get_payload(decode=True) or b"").decode()  # type: ignore[arg-type]
            content = content.replace(f"cid:{name}", f"data:{picture.get_content_type()};base64,{data}")
    return HTMLResponse(content, headers=_HEADERS)
