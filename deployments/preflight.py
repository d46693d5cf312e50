"""What must hold before `seguito up` starts anything: a folder of its own, free ports, a database."""

import errno
import fcntl
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from deployments.environment import mails_stay_here
from deployments.prefect_login import is_open
from models.errors import MendError
from tasks.runtime.database_faults import DatabaseUnreachableError
from tasks.runtime.opening import open_database
from tasks.runtime.settings import Settings

PORTS = {
    "prefect": "Prefect server",
    "web": "customers' pages",
    "mailbox": "mailbox page",
    "smtp": "local mail server",
}


class LaunchError(MendError):
    """It cannot start, or cannot go on; the message says why and what to do."""


@contextmanager
def own_state_dir(path: Path) -> Iterator[None]:
    """Make the state folder and hold it: two launchers in one folder would run everything twice.

    Raises:
        LaunchError: it cannot be written, or another launcher holds it.
    """
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name in ("logs", "prefect", "tmp"):
            (path / name).mkdir(exist_ok=True)
        lock = (path / "lock").open("w")
    except OSError as error:
        raise LaunchError(
            f"{path} cannot be written ({error.strerror}); set SEGUITO_STATE_DIR to a folder of yours"
        ) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise LaunchError(
                f"another `seguito up` uses {path}; stop it, or set SEGUITO_STATE_DIR to another folder"
            ) from error
        yield


@contextmanager
def ports(settings: Settings) -> Iterator[dict[str, socket.socket]]:
    """Take every port that is needed. Prefect's own is only tried, since its server opens it by itself.

    Raises:
        LaunchError: one is taken, or may not be opened.
    """
    names = [name for name in PORTS if mails_stay_here(settings) or name in {"prefect", "web"}]
    with ExitStack() as stack:
        taken = {name: stack.enter_context(_bound(settings, name)) for name in names}
        taken.pop("prefect").close()
        yield taken


def _bound(settings: Settings, name: str) -> socket.socket:
    port = getattr(settings, f"{name}_port")
    # The mailbox and its mail server ask for no password, and hold customers' mails: they stay on this machine.
    host = "127.0.0.1" if name in {"mailbox", "smtp"} and is_open(settings) else settings.bind
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        opened = socket.socket(family, kind, protocol)
    except OSError as error:
        raise LaunchError(f"{settings.bind} is no address of this machine; mend SEGUITO_BIND") from error
    try:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind(address)
        opened.listen()  # two sockets may be bound to one port, but only one may listen
    except OSError as error:
        opened.close()
        raise LaunchError(_why_not(settings, name, port, error)) from error
    return opened


def _why_not(settings: Settings, name: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRNOTAVAIL:
        return f"{settings.bind} is no address of this machine; mend SEGUITO_BIND"
    reason = "is taken" if error.errno == errno.EADDRINUSE else f"may not be opened: {error.strerror}"
    return f"port {port} {reason} ({PORTS[name]}); set SEGUITO_{name.upper()}_PORT to another"


def migrate(settings: Settings) -> None:
    """Bring the database to the newest version; make it where there never was one.

    Raises:
        LaunchError: it cannot be opened or changed.
    """
    try:
        open_database(settings, may_make=True).close()
    except DatabaseUnreachableError as error:
        raise LaunchError(str(error)) from error
    except (SQLAlchemyError, OSError) as error:
        reason = str(error).partition("\n")[0]
        raise LaunchError(f"the database cannot be used ({reason}); mend SEGUITO_DATABASE_URL") from error
