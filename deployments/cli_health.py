"""The command `seguito doctor`: what works, what does not, and what to do about it."""

import asyncio
import json
from collections.abc import Sequence
from typing import Annotated

from cyclopts import Parameter

from deployments import settings_with_blocks
from deployments.environment import mails_stay_here, prefect_login, prefect_url
from deployments.prefect_login import is_open
from models.policy import PolicyError
from models.rules.health.finding import Finding, Severity
from tasks.mailboxes.aliases import try_aliases
from tasks.mailboxes.probe import send_probe
from tasks.runtime.database_faults import DatabaseUnreachableError
from tasks.runtime.settings import AccessError, Settings, read_settings


def doctor(
    *, json_: Annotated[bool, Parameter(name="--json", negative="")] = False, probe: bool = False
) -> int:
    """Look whether everything works: a line each, with what to do. Exit status 1 when something is in trouble.

    Args:
        json_: For a program: a list of findings.
        probe: Send a mail to our own mailbox (does the server take a signed sender, and the mailbox a plus?), and one
            to each address of [company.aliases] (does it lead there?).
    """
    found = asyncio.run(_look(probe=probe))
    if json_:
        print(json.dumps([one.as_json() for one in found], indent=1, ensure_ascii=False))
    else:
        print("\n".join(one.line() for one in found))
    return 1 if any(one.level is Severity.TROUBLE for one in found) else 0


async def _look(*, probe: bool) -> Sequence[Finding]:
    from prefect.settings import (  # noqa: PLC0415 (it takes a second to import)
        PREFECT_API_AUTH_STRING,
        PREFECT_API_URL,
        temporary_settings,
    )

    from flows.health import look, prefect_server  # noqa: PLC0415

    known = read_settings()
    url = PREFECT_API_URL.value() or f"{prefect_url(known)}/api"
    login = PREFECT_API_AUTH_STRING.value() or prefect_login(known)
    with temporary_settings({PREFECT_API_URL: url, PREFECT_API_AUTH_STRING: login}):
        prefect = await prefect_server()
        if prefect.level is Severity.OK:
            known = await settings_with_blocks.settings()
        sent = await _probed(known) if probe else []
        return [*sent, *await look(known), prefect, reach(known)]


async def _probed(settings: Settings) -> list[Finding]:
    try:
        return [await send_probe(settings), *await try_aliases(settings)]
    except (PolicyError, DatabaseUnreachableError, AccessError) as error:
        return [Finding("return address", Severity.TROUBLE, str(error))]


def reach(settings: Settings) -> Finding:
    """Who can reach what listens here."""
    if not is_open(settings):
        return Finding("reach", Severity.OK, f"everything listens on {settings.bind}, on this machine only")
    said = f"SEGUITO_BIND={settings.bind}: pages and Prefect are open to other machines"
    if prefect_login(settings) is None:
        return Finding(
            "reach", Severity.TROUBLE, f"{said}, and Prefect asks for no login", "remove SEGUITO_PREFECT_AUTH"
        )
    stays = ", the local mailbox is not" if mails_stay_here(settings) else ""
    return Finding("reach", Severity.NOTICE, f"{said}{stays}", "put a proxy with TLS before them")
