"""The login that the Prefect server asks for: when there has to be one, and where it is kept."""

import os
import secrets
from ipaddress import ip_address

from deployments.environment import LOGIN_FILE, NO_LOGIN, mails_stay_here, prefect_login
from models.errors import MendError
from tasks.runtime.settings import Settings

_USER = "seguito"


class NoLoginError(MendError):
    """It would be open to others; the message says to whom, and what to set."""


def login_for_launch(settings: Settings) -> tuple[str | None, bool]:
    """The login for a server that starts now, and whether it was made just now, so that somebody has to be told.

    The sample on this machine asks for none. On a company's own data, or when it listens beyond this machine, it does.

    Raises:
        NoLoginError: it would listen beyond this machine without one.
    """
    known = prefect_login(settings)
    if known is not None:
        return known, False
    if settings.prefect_auth is not None and settings.prefect_auth.get_secret_value() == NO_LOGIN:
        if is_open(settings):
            raise NoLoginError(
                f"SEGUITO_BIND={settings.bind} opens the Prefect server to other machines, and SEGUITO_PREFECT_AUTH "
                "says that it asks for no password; remove one of the two"
            )
        return None, False
    if is_sample(settings) and not is_open(settings):
        return None, False
    return _made(settings), True


def is_open(settings: Settings) -> bool:
    """Whether what listens on the address of the settings can be reached from other machines."""
    if settings.bind == "localhost":
        return False
    try:
        return not ip_address(settings.bind).is_loopback
    except ValueError:
        return True


def is_sample(settings: Settings) -> bool:
    """Whether this is the made-up company, and its mails go nowhere."""
    return settings.source.parts[-2:] == ("sources", "sample") and mails_stay_here(settings)


def _made(settings: Settings) -> str:
    made = f"{_USER}:{secrets.token_urlsafe(18)}"
    path = settings.state_dir / LOGIN_FILE
    with open(path, "w", encoding="ascii", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(made)
    return made
