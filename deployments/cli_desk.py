"""The command `seguito sign-out`: ends a colleague's sessions at the desk."""

import asyncio

from tasks.desk.sessions import end_sessions
from tasks.runtime.settings import Settings
from tasks.services import open_services


def sign_out(colleague: str, *, by: str) -> int:
    """End all sessions of a colleague at the desk, on whatever device, as for a telephone that was lost.

    Args:
        colleague: Reference of the colleague, such as S-04.
        by: Your own reference; it stays in the history.
    """

    async def end() -> int:
        async with open_services(Settings()) as services:
            return end_sessions(services, colleague, by)

    print(f"{colleague} is signed out at the desk; sessions ended: {asyncio.run(end())}.")
    return 0
