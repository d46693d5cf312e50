"""What a press sends: a small form, read with a cap on its size."""

import asyncio
import re
import secrets
from collections.abc import Mapping
from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import Depends, Request

from models.errors import RefusedError

MOST_BYTES = 64 * 1024
_MOST_FIELDS = 20
_BODY_SECONDS = 30.0
_UNWANTED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters (PostgreSQL takes no NUL) and marks that turn the direction of other people's text."""


WORDS = frozenset({"text", "heard", "about"})
"""Fields that hold what a person typed, rather than chose."""


class TooLargeError(RefusedError):
    """More was sent than any honest form needs."""


class TooSlowError(RefusedError):
    """What was sent did not arrive in the time that any honest form needs."""


async def read_body(request: Request) -> bytes:
    """The body of a request.

    Raises:
        TooLargeError: it is larger than `MOST_BYTES`, whatever its headers say.
        TooSlowError: it is not here in time.
    """
    declared = request.headers.get("content-length", "0")
    if not declared.isdecimal() or int(declared) > MOST_BYTES:
        raise TooLargeError
    body = bytearray()
    try:
        async with asyncio.timeout(_BODY_SECONDS):
            async for chunk in request.stream():
                body += chunk
                if len(body) > MOST_BYTES:
                    raise TooLargeError
    except TimeoutError:
        raise TooSlowError from None
    return bytes(body)


Body = Annotated[bytes, Depends(read_body)]


def read_form(request: Request, body: Body) -> Mapping[str, str]:
    """The fields of an urlencoded form; whatever is none has no fields.

    They stay with the request: a page that cannot keep them gives them back.
    """
    fields = _fields(body)
    request.state.form = fields
    return fields


def _fields(body: bytes) -> Mapping[str, str]:
    try:
        pairs = parse_qsl(body.decode("utf-8", "replace"), max_num_fields=_MOST_FIELDS, errors="replace")
    except ValueError:
        return {}
    return {name: clean_words(value) for name, value in pairs}


Form = Annotated[Mapping[str, str], Depends(read_form)]


def new_press() -> str:
    """Names one showing of a form: pressed twice, it counts once."""
    return secrets.token_hex(8)


def clean_words(text: str) -> str:
    """Words as they are kept: one kind of line end, nothing that cannot be read."""
    return _UNWANTED.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
