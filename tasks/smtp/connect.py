"""Opening a connection to the mail server: where it stands, how it is protected, and the login."""

import asyncio
import re
from ipaddress import ip_address

import aiosmtplib

from models.errors import TryLaterError
from models.rules.sending.answers import NotStarted
from tasks.runtime.settings import AccessError, Settings
from tasks.smtp.answers import words
from tasks.smtp.wire import Wire

_LABEL = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)")
_MOST_HOST = 253
_MOST_PORT = 65_535
_NO_SUCH_WAY = 504


class ConnectError(TryLaterError):
    """No connection; `answer` says whether trying again could help."""

    def __init__(self, answer: NotStarted) -> None:
        super().__init__(answer.text)
        self.answer = answer


def check_access(settings: Settings) -> None:
    """See that the settings of the mail server can be used, before anything is claimed.

    Raises:
        AccessError: host or port are none, or mails and logins would go unencrypted over a network.
    """
    host = settings.smtp_host
    if not is_host(host):
        raise AccessError(
            "SEGUITO_SMTP_HOST is no name of a mail server; write it like smtp.example.com, or an IP address"
        )
    if not 1 <= settings.smtp_port <= _MOST_PORT:
        raise AccessError(
            f"SEGUITO_SMTP_PORT must be a number from 1 to {_MOST_PORT}; 587 is usual with starttls"
        )
    if settings.smtp_security == "none" and not is_this_machine(host) and not settings.smtp_unencrypted:
        raise AccessError(
            "SEGUITO_SMTP_SECURITY is none and the mail server is another machine: customers' mails and the password "
            "would go readable over the network. Set it to starttls or tls; or set SEGUITO_SMTP_UNENCRYPTED=true if "
            "that network is your own"
        )


def is_host(name: str) -> bool:
    """Whether this is a name of a machine (labels of 1 to 63 characters) or an IP address."""
    try:
        ip_address(name.strip("[]"))
    except ValueError:
        pass
    else:
        return True
    try:
        plain = name.encode("idna").decode()
    except UnicodeError:
        return False
    labels = plain.removesuffix(".").split(".")
    return len(plain) <= _MOST_HOST and all(_LABEL.fullmatch(label) for label in labels)


def is_this_machine(host: str) -> bool:
    """Whether a mail server listens on this very machine."""
    if host.lower().removesuffix(".") == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


async def connect(settings: Settings) -> Wire:
    """Connect, encrypt, greet and log in, all within the time that one answer may take.

    Raises:
        ConnectError: it did not come to that.
    """
    client = aiosmtplib.SMTP(
        hostname=settings.smtp_host,
        port=settings.smtp_port,
        use_tls=settings.smtp_security == "tls",
        start_tls=settings.smtp_security == "starttls",
        timeout=settings.smtp_timeout_seconds,
        cert_bundle=str(settings.smtp_ca_file) if settings.smtp_ca_file else None,
    )
    try:
        async with asyncio.timeout(settings.smtp_timeout_seconds):
            await client.connect()
            await _greet(client)
            if settings.smtp_user:
                secret = settings.smtp_password
                await _log_in(client, settings.smtp_user, secret.get_secret_value() if secret else "")
    except aiosmtplib.SMTPAuthenticationError as error:
        client.close()
        raise ConnectError(
            NotStarted(f"the mail server refuses the login: {words(error)}", lasting=True)
        ) from error
    except (aiosmtplib.SMTPException, OSError, ValueError) as error:  # ValueError: an address that is none
        client.close()
        raise ConnectError(NotStarted(words(error))) from error
    except BaseException:
        client.close()
        raise
    return Wire(
        client,
        settings.smtp_timeout_seconds,
        settings.smtp_body_timeout_seconds,
        pipelining=settings.smtp_pipelining,
    )


async def _log_in(client: aiosmtplib.SMTP, user: str, password: str) -> None:
    """Log in once: each further mechanism would count as another wrong password.

    Raises:
        aiosmtplib.SMTPException: it was refused, or the server knows no mechanism of ours.
    """
    ways = {"cram-md5": client.auth_crammd5, "plain": client.auth_plain, "login": client.auth_login}
    for name, way in ways.items():
        if name not in client.supported_auth_methods:
            continue
        try:
            await way(user, password)
        except aiosmtplib.SMTPAuthenticationError as error:
            if error.code != _NO_SUCH_WAY:
                raise
        else:
            return
    raise aiosmtplib.SMTPException("the mail server offers no login that is known here")


async def _greet(client: aiosmtplib.SMTP) -> None:
    """Say who we are, unless encrypting or logging in has done so; to a server of the oldest kind, in its words."""
    if client.is_ehlo_or_helo_needed:
        try:
            await client.ehlo()
        except aiosmtplib.SMTPHeloError:
            await client.helo()
