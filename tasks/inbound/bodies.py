"""What a mail shows to people: its plain text, or its HTML turned into text."""

from dataclasses import dataclass

from tasks.inbound.html import to_text
from tasks.inbound.parts import Part, text_of

_REPORTS = ("text/rfc822-headers",)


@dataclass(frozen=True)
class Body:
    """The text of a mail; `html_only` when it had to be made from HTML."""

    text: str
    html_only: bool


def body_of(parts: list[Part]) -> Body:
    """The text of the parts that stand in the mail itself, not in attachments or in mails inside it."""
    shown = [part for part in parts if is_shown(part)]
    plain = "\n".join(
        filter(None, (text_of(part.message).strip("\n") for part in shown if part.kind != "text/html"))
    )
    if plain.strip():
        return Body(plain, html_only=False)
    html = "\n".join(to_text(text_of(part.message)) for part in shown if part.kind == "text/html")
    return Body(html, html_only=bool(html.strip()))


def is_shown(part: Part) -> bool:
    """Whether a mail program would show the part as text of the mail."""
    return (
        part.kind.startswith("text/")
        and part.kind not in _REPORTS
        and part.message.get_content_disposition() != "attachment"
        and (part.kind in {"text/plain", "text/html"} or not part.message.get_filename())
        and not (part.message.get_filename() and part.kind != "text/plain")
    )
