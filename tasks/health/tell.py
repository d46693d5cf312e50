"""Mails to those who run the installation: one for each kind of trouble, and one when it is over."""

import smtplib
import ssl
from collections.abc import Sequence
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from urllib.parse import unquote, urlsplit

from models.errors import TryLaterError
from models.policy import Company
from models.queries.health import state
from models.rules.health.finding import Finding, TroubleNews, news
from tasks.runtime.database import Database
from tasks.runtime.settings import Settings

_SECONDS = 20.0
_TLS_PORT = 465


class UntoldError(TryLaterError):
    """There is trouble, and no way led to anybody; the message holds the troubles themselves."""


def tell(
    database: Database, settings: Settings, company: Company, findings: Sequence[Finding], now: datetime
) -> TroubleNews:
    """Tell the addresses of `[company] ops` what is new, and remember that they were told; returns what was.

    Raises:
        UntoldError: neither our own mail server nor the second one takes the mail. It is tried again the next time.
    """
    with database.read() as session:
        told = state.told(session)
    new = news(findings, told, {one.kind for one in findings})
    if not company.ops or not (new.begun or new.over):
        return new
    _send(settings, _mail(company, new, now))
    with database.write() as session:
        for finding in new.begun:
            state.note_told(session, finding.kind, now)
        for kind in new.over:
            state.forget_told(session, kind)
    return new


def _mail(company: Company, new: TroubleNews, now: datetime) -> EmailMessage:
    mail = EmailMessage()
    kinds = ", ".join([*(one.kind for one in new.begun), *(f"{kind} is over" for kind in new.over)])
    mail["Subject"] = f"Seguito: {kinds}"
    mail["From"], mail["To"] = company.sender, ", ".join(company.ops)
    mail["Date"], mail["Message-ID"] = (
        format_datetime(now),
        make_msgid(domain=company.sender.partition("@")[2]),
    )
    mail["Auto-Submitted"] = "auto-generated"
    lines = [f"{one.kind}: {one.says}\n  {one.todo}".rstrip() for one in new.begun]
    lines += [f"{kind}: this is over." for kind in new.over]
    mail.set_content("\n\n".join([*lines, "`seguito doctor` says how everything stands."]) + "\n")
    return mail


def _send(settings: Settings, mail: EmailMessage) -> None:
    try:
        _send_by_ours(settings, mail)
    except (OSError, smtplib.SMTPException) as error:
        if settings.ops_smtp_url is None:
            raise UntoldError(f"{mail['Subject']} (nobody could be told: {type(error).__name__})") from None
        try:
            _send_by(settings.ops_smtp_url.get_secret_value(), mail)
        except (OSError, smtplib.SMTPException) as second:
            raise UntoldError(f"{mail['Subject']} (nobody could be told: {type(second).__name__})") from None


def _send_by_ours(settings: Settings, mail: EmailMessage) -> None:
    context = ssl.create_default_context(cafile=settings.smtp_ca_file)
    with _connected(settings.smtp_host, settings.smtp_port, settings.smtp_security, context) as server:
        if settings.smtp_user and settings.smtp_password:
            server.login(settings.smtp_user, settings.smtp_password.get_secret_value())
        server.send_message(mail)


def _send_by(url: str, mail: EmailMessage) -> None:
    """By the second server: `smtps://user:password@host:465`, `smtp://…` with STARTTLS, `smtp+plain://…` without."""
    parts = urlsplit(url)
    security = {"smtps": "tls", "smtp": "starttls"}.get(parts.scheme, "none")
    port = parts.port or (_TLS_PORT if security == "tls" else 587)
    with _connected(parts.hostname or "", port, security, ssl.create_default_context()) as server:
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        server.send_message(mail)


def _connected(host: str, port: int, security: str, context: ssl.SSLContext) -> smtplib.SMTP:
    if security == "tls":
        return smtplib.SMTP_SSL(host, port, timeout=_SECONDS, context=context)
    server = smtplib.SMTP(host, port, timeout=_SECONDS)
    if security == "starttls":
        server.starttls(context=context)
    return server
