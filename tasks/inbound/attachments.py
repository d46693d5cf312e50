"""The files of a mail, under names that are safe, and not more than we want to keep."""

import re
import unicodedata
from collections.abc import Sequence

from tasks.inbound import headers, limits
from tasks.inbound.bodies import is_shown
from tasks.inbound.message import Attachment
from tasks.inbound.parts import Part, data_of

_UNSAFE = re.compile(r"[^\w.()\[\] +,@=-]+")
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE)
_LONGEST_NAME = 120
_NOT_FILES = (
    "message/delivery-status",
    "message/global-delivery-status",
    "message/feedback-report",
    "message/disposition-notification",
)


def attachments_of(parts: Sequence[Part]) -> tuple[tuple[Attachment, ...], int]:
    """The files that are within the limits, and how many are not."""
    files = [part for part in parts if not is_shown(part) and part.kind not in _NOT_FILES and _is_file(part)]
    kept: list[Attachment] = []
    room = limits.MAX_ATTACHMENT_BYTES
    for number, part in enumerate(files[: limits.MAX_ATTACHMENTS], start=1):
        data = data_of(part.message)
        if data and len(data) <= room:
            kept.append(Attachment(safe_name(_name(part), part.kind, number), part.kind[:100], data))
            room -= len(data)
    return tuple(kept), len(files) - len(kept)


def safe_name(name: str, kind: str, number: int) -> str:
    """A name without folders, control characters or anything that an operating system takes amiss."""
    plain = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    plain = _UNSAFE.sub("_", plain).strip(" ._")
    stem, dot, ending = plain.rpartition(".")
    if len(plain) > _LONGEST_NAME:
        plain = f"{stem[:_LONGEST_NAME]}{dot}{ending[:10]}" if dot else plain[:_LONGEST_NAME]
    if not plain or _RESERVED.match(plain):
        plain = (
            f"attachment-{number}.{re.sub('[^a-z0-9]', '', kind.rpartition('/')[2].lower())[:10] or 'bin'}"
        )
    return plain


def _is_file(part: Part) -> bool:
    """An alternative of the text is none; everything else that is not shown is."""
    return (
        part.kind not in {"text/plain", "text/html"}
        or bool(_name(part))
        or part.message.get_content_disposition() == "attachment"
    )


def _name(part: Part) -> str:
    name = part.message.get_filename()
    return headers.decoded(name[:1_000]) if isinstance(name, str) else ""
