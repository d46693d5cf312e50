"""A connection to the IMAP server of the settings, encrypted and logged in."""

import ssl
from typing import Any

from imapclient import IMAPClient

from tasks.runtime.settings import Settings


def connect(settings: Settings) -> Any:
    """A client that is logged in.

    Raises:
        IMAPClientError: the server refuses.
        OSError: it cannot be reached, or its certificate is none.
    """
    tls = ssl.create_default_context(cafile=settings.imap_ca_file)
    security = settings.imap_security
    client = IMAPClient(
        settings.imap_host,
        settings.imap_port,
        ssl=security == "tls",
        ssl_context=tls if security == "tls" else None,
        timeout=settings.imap_timeout_seconds,
    )
    client.normalise_times = False  # or it would hand out local times without a zone
    try:
        if security == "starttls":
            client.starttls(tls)
        password = settings.imap_password.get_secret_value() if settings.imap_password else ""
        client.login(settings.imap_user or "", password)
    except BaseException:
        client.shutdown()
        raise
    return client
