"""The environment of the launcher's children: our settings in full, and Prefect kept to itself."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr

from models.policy import Policy
from tasks.runtime.settings import Settings

LOGIN_FILE = "prefect-login"
"""File in the state folder with the login of the Prefect server."""
NO_LOGIN = "none"
"""What SEGUITO_PREFECT_AUTH says where no login is wanted."""
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})

_PREFECT = {
    # Nothing leaves the machine.
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY": "false",
    "PREFECT_TELEMETRY_ENABLE_RESOURCE_METRICS": "false",
    "PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED": "false",
    "PREFECT_SERVER_EPHEMERAL_ENABLED": "false",
    # One task run costs the server 24 ms when each is written alone, and 7 ms in batches.
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_READ_BATCH_SIZE": "100",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "100",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL": "1",
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_READ_BATCH_SIZE": "100",
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_BATCH_SIZE": "200",
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_FLUSH_INTERVAL": "1",
    "PREFECT_SERVER_SERVICES_TRIGGERS_READ_BATCH_SIZE": "100",
    # A run every minute or so fills the database; what happened to customers stands in our own tables.
    "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
    "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": str(30 * 24 * 3600),
    "PREFECT_SERVER_EVENTS_RETENTION_PERIOD": "P7D",
    "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30",
    "PREFECT_SERVER_LOGGING_LEVEL": "WARNING",
}


def for_launch(settings: Settings, policy: Policy) -> Settings:
    """The settings with what only a launch on this machine can fill in.

    Paths become absolute. Unless told otherwise, links lead to the port that the pages listen on, and the
    local mailbox also plays the archive, so that the policy's `doubtful = "look"` can be seen at work, and
    answers written to it are collected.
    """
    state = settings.state_dir.absolute()
    changes: dict[str, Any] = {"state_dir": state, "policy": settings.policy.absolute()}
    changes["source"] = settings.source.absolute()
    if settings.source_data is not None:
        changes["source_data"] = settings.source_data.absolute()
    if urlsplit(settings.public_url).port == Settings.model_fields["web_port"].default:
        changes["public_url"] = settings.public_url.replace(
            f":{Settings.model_fields['web_port'].default}", f":{settings.web_port}"
        )
    if mails_stay_here(settings) and settings.archive_address is None:
        changes["archive_address"] = f"archive@{policy.company.sender.partition('@')[2]}"
        changes["archive_maildir"] = settings.archive_maildir or state / "archive"
    if mails_stay_here(settings) and settings.inbox_maildir is None:
        changes["inbox_maildir"] = state / "mailbox"
    return settings.model_copy(update=changes)


def mails_stay_here(settings: Settings) -> bool:
    """Whether mails go to the local mailbox; with another mail server set, none is started."""
    return settings.smtp_host in _LOOPBACK and not settings.smtp_block


def reachable(address: str) -> str:
    """The host under which this machine reaches what listens on `address`."""
    return {"0.0.0.0": "127.0.0.1", "::": "[::1]", "::1": "[::1]"}.get(address, address)  # noqa: S104 (not bound here)


def prefect_url(settings: Settings) -> str:
    """Where the launcher's Prefect server answers, as seen from this machine."""
    return f"http://{reachable(settings.bind)}:{settings.prefect_port}"


def prefect_login(settings: Settings) -> str | None:
    """`user:password` as it is set or kept; nothing where the Prefect server asks for none."""
    if settings.prefect_auth is not None and (given := settings.prefect_auth.get_secret_value()):
        return None if given == NO_LOGIN else given
    path = settings.state_dir / LOGIN_FILE
    return path.read_text(encoding="ascii").strip() if path.exists() else None


def for_children(settings: Settings) -> dict[str, str]:
    """The environment of the children. The user's own Prefect settings and profiles do not reach them."""
    inherited = {
        key: value for key, value in os.environ.items() if not key.startswith(("PREFECT_", "SEGUITO_"))
    }
    prefect, home = prefect_url(settings), settings.state_dir / "prefect"
    return (
        inherited
        | _own(settings)
        | _PREFECT
        | {
            "PREFECT_HOME": str(home),
            "PREFECT_API_URL": f"{prefect}/api",
            "PREFECT_UI_URL": f"{prefect}/v2",
            "PREFECT_SERVER_UI_API_URL": "/api",
            "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": prefect,
            "PREFECT_API_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{home / 'prefect.db'}",
            # The runner keeps a folder of a fixed name there, which in /tmp may be another user's.
            "TMPDIR": str(settings.state_dir / "tmp"),
            "PYTHONUNBUFFERED": "1",
        }
        | _login(settings)
    )


def _login(settings: Settings) -> dict[str, str]:
    """What the server asks for, and what the flows and the runner tell it."""
    login = prefect_login(settings)
    names = ("PREFECT_SERVER_API_AUTH_STRING", "PREFECT_API_AUTH_STRING") if login else ()
    return {name: str(login) for name in names}


def _own(settings: Settings) -> dict[str, str]:
    """Our settings as variables, so that a child sees what the launcher saw, wherever it came from."""
    return {
        f"SEGUITO_{name.upper()}": _plain(getattr(settings, name))
        for name in Settings.model_fields
        if getattr(settings, name) is not None
    }


def _plain(value: str | float | Path | SecretStr) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)
