"""The commands that start processes, and tell a Prefect server about ours."""

from pathlib import Path

from models import policy as policies
from tasks.runtime.settings import Settings


def up() -> int:
    """Run everything on this machine: Prefect with its UI, the sweeps, the customers' pages and a local mailbox."""
    from deployments.launcher import run  # noqa: PLC0415 (Prefect takes a second to import; nothing else here needs it)

    return run(Settings())


def pages() -> None:
    """Run the customers' pages alone, where they stand on a machine of their own (docs/how-to/several-machines.md)."""
    import uvicorn  # noqa: PLC0415 (nothing else here needs it)

    from deployments.web.app import create_app  # noqa: PLC0415 (it reads templates)
    from deployments.web.patience import patient  # noqa: PLC0415 (it needs uvicorn)

    settings = Settings()
    uvicorn.run(
        create_app(settings),
        host=settings.bind,
        port=settings.web_port,
        access_log=False,
        log_config=None,
        ws="none",
        proxy_headers=False,
        http=patient(),
    )


def setup(*, pool: str | None = None) -> int:
    """Make or mend the automations on the Prefect server: late, failed, missing runs, and waking by events.

    Args:
        pool: Register the flows too, for the workers of this work pool (docs/how-to/several-machines.md).
    """
    from deployments.setup import run  # noqa: PLC0415 (Prefect takes a second to import)

    return run(Settings(), pool)


def prefect_yaml(*, out: Path = Path("prefect.yaml")) -> None:
    """Write the deployments of `seguito setup` in the form of `prefect deploy`.

    Args:
        out: The file to write.
    """
    from deployments.prefect_yaml import text  # noqa: PLC0415 (Prefect takes a second to import)

    out.write_text(text(policies.load(Settings().policy)), encoding="utf-8")
    print(f"{out} is written; `prefect deploy --all --no-prompt` takes it, once its work pool is made.")


def wake() -> int:
    """Start what has something to do, where the Prefect server stands elsewhere (docs/how-to/several-machines.md)."""
    from deployments.waking import run  # noqa: PLC0415 (Prefect takes a second to import)

    return run(Settings())
