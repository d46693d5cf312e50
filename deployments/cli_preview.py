"""The command that shows messages before anybody gets them."""

import asyncio
import base64
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from html import escape
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from deployments import settings_with_blocks
from models import policy as policies
from models.languages import CODES
from models.policy import Policy
from tasks.mails.composer import Composer
from tasks.mails.examples import NOW
from tasks.mails.letter import Letter
from tasks.mails.links import Links
from tasks.mails.situations import situations
from tasks.mails.texts import offered
from tasks.runtime.settings import Settings
from tasks.sending import explain
from tasks.services import open_services

_KEY = "a key for links that lead nowhere"


def preview(
    kind: str | None = None,
    *,
    customer: str | None = None,
    language: str | None = None,
    html: Path | None = None,
    gallery: Annotated[Path | None, Parameter()] = None,
) -> int:
    """Show a message: as it would go to a customer now, or about nobody in every situation it knows. Nothing is sent.

    Args:
        kind: A message of the policy, such as welcome-contact; every one when not given.
        customer: Reference of a customer, an order or an invoice: the message as it would go there now.
        language: A code such as it; the company's when not given, every one that is offered in a gallery.
        html: Write the first situation as HTML to this file.
        gallery: Write every situation as a page into this folder, with an index.
    """
    settings = Settings()
    if customer is not None:
        return _show(asyncio.run(_to_customer(kind or "", customer)), html)
    policy = policies.load(settings.policy)
    chosen = _kinds(policy, kind)
    if language is not None and language not in CODES:
        raise ValueError(f"--language {language!r} is not written here; choose from {', '.join(CODES)}")
    composer = Composer(policy, Links(settings.public_url, _KEY))
    if gallery is not None:
        languages = (language,) if language else offered(policy)
        print(
            f"{_gallery(composer, policy, chosen, languages, gallery)} pages are written; open {gallery}/index.html."
        )
        return 0
    for name in chosen:
        for situation, letter in situations(policy, name, language or policy.company.language):
            mail = _composed(composer, letter)
            print(
                f"=== {name}, {letter.language}: {situation}\nSubject: {mail['Subject']}\n\n{_part(mail, 'plain')}"
            )
            if html is not None:
                html.write_text(_page(mail), encoding="utf-8")
                print(f"{html} is written.")
                return 0
    return 0


async def _to_customer(kind: str, customer: str) -> explain.Previewed:
    async with open_services(await settings_with_blocks.settings()) as services:
        return explain.preview(services, services.composer, kind, customer, services.clock.now())


def _show(found: explain.Previewed, html: Path | None) -> int:
    mail = message_from_bytes(found.mail.body, policy=default)
    assert isinstance(mail, EmailMessage)  # noqa: S101 (the default policy makes them)
    for line in found.made_of:
        print(f"# {line}")
    print(f"Subject: {mail['Subject']}\n\n{_part(mail, 'plain')}")
    if html is not None:
        html.write_text(_page(mail), encoding="utf-8")
        print(f"{html} is written.")
    return 0


def _kinds(policy: Policy, kind: str | None) -> list[str]:
    known = list(policy.mailed_kinds)
    if kind is not None and kind not in known:
        raise ValueError(f"{kind!r} is no message of the policy; choose from {', '.join(known)}")
    return [kind] if kind else known


_INDEX = """<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Messages</title>
<style>
body {{ font: 16px/1.5 sans-serif; max-width: 800px; margin: 24px auto; padding: 0 16px; overflow-wrap: anywhere }}
li {{ margin: 0 0 8px }}</style>
<h1>Messages</h1>
<ul>
{items}
</ul>
</html>
"""


def _gallery(
    composer: Composer, policy: Policy, kinds: list[str], languages: tuple[str, ...], folder: Path
) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    lines = []
    for kind in kinds:
        for code in languages:
            for number, (situation, letter) in enumerate(situations(policy, kind, code)):
                mail = _composed(composer, letter)
                name = f"{kind}-{code}-{number}.html"
                (folder / name).write_text(_page(mail), encoding="utf-8")
                title = escape(f"{kind}, {code}: {situation}")
                lines.append(f'<li><a href="{name}">{title}</a> {escape(str(mail["Subject"]))}</li>')
    listed = "\n".join(lines)
    page = _INDEX.format(items=listed)
    (folder / "index.html").write_text(page, encoding="utf-8")
    return len(lines)


def _composed(composer: Composer, letter: Letter) -> EmailMessage:
    parsed = message_from_bytes(composer.compose(letter, NOW).body, policy=default)
    assert isinstance(parsed, EmailMessage)  # noqa: S101 (the default policy makes them)
    return parsed


def _part(mail: EmailMessage, form: str) -> str:
    part = mail.get_body((form,))
    content: str = part.get_content() if part is not None else ""
    return content


def _page(mail: EmailMessage) -> str:
    """The HTML part with its pictures in it, as a browser can show it."""
    page = _part(mail, "html")
    for part in mail.walk():
        if isinstance(part, EmailMessage) and (name := str(part["Content-ID"] or "").strip("<>")):
            picture = base64.b64encode(part.get_content()).decode()
            page = page.replace(f"cid:{name}", f"data:{part.get_content_type()};base64,{picture}")
    return page
