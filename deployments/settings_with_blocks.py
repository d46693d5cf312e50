"""The settings of a command, with the Prefect blocks that they name."""

from deployments.environment import prefect_login, prefect_url
from tasks.runtime.settings import Settings


async def settings() -> Settings:
    """The settings; blocks are read from the server of PREFECT_API_URL, or the one that `seguito up` started.

    Raises:
        AccessError: a block is named, and there is none, or no server answers.
    """
    known = Settings()
    if not (known.smtp_block or known.imap_block):
        return known
    from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings  # noqa: PLC0415 (it takes a second to import)

    from flows import blocks  # noqa: PLC0415

    url = PREFECT_API_URL.value() or f"{prefect_url(known)}/api"
    login = PREFECT_API_AUTH_STRING.value() or prefect_login(known)
    with temporary_settings({PREFECT_API_URL: url, PREFECT_API_AUTH_STRING: login}):
        return await blocks.settings()
