"""Through how many files an order passes: `python -m tests.walk` counts them with `sys.setprofile`.

A file counts when one of its functions is called first. A return is where the files that are met for the first time
lead back to a folder that was left before. Modules that are only imported count for nothing.
"""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import FrameType

from models import policy as policies
from tasks.importing.run import import_source
from tasks.runtime.clock import SetClock
from tasks.runtime.database import Database
from tests.import_sources import Company
from tests.world import World

_ROOT = Path(__file__).parent.parent
_ROOMS = frozenset({"models", "tasks", "flows", "deployments"})
_START = datetime(2026, 3, 18, 9, tzinfo=UTC)
_DAYS = 60
"""Nobody answers that long at most until the manager hears of it."""


class Walk:
    """The files of the project, in the order in which they are met."""

    def __init__(self) -> None:
        self.files: list[Path] = []
        self._seen: set[str] = set()

    @contextmanager
    def counted(self) -> "Iterator[Walk]":
        """Count what is called meanwhile."""
        sys.setprofile(self._call)
        try:
            yield self
        finally:
            sys.setprofile(None)

    @property
    def returns(self) -> int:
        """How often they lead back to a folder that was left."""
        left: set[Path] = set()
        here, found = None, 0
        for folder in (path.parent for path in self.files):
            if folder == here:
                continue
            found += folder in left
            if here is not None:
                left.add(here)
            here = folder
        return found

    def _call(self, frame: FrameType, event: str, _argument: object) -> None:
        name = frame.f_code.co_filename
        if event != "call" or name in self._seen:
            return
        self._seen.add(name)
        path = Path(name)
        if path.is_relative_to(_ROOT) and path.relative_to(_ROOT).parts[0] in _ROOMS:
            self.files.append(path.relative_to(_ROOT))


def main() -> None:
    """Print the counts of one sweep, and of an order from its import to the manager's notice."""
    policy = policies.load(_ROOT / "policy.toml")
    with tempfile.TemporaryDirectory() as folder:
        db = Database(f"sqlite:///{folder}/walk.db")
        db.migrate()
        world = World.of(db, policy, SetClock(_START))
        company = Company.usual(Path(folder) / "casa")
        whole, sweep = Walk(), Walk()
        with whole.counted():
            import_source(
                db, company.folder, None, now=_START, policy=policy, state_dir=Path(folder), tables=None
            )
        with sweep.counted():
            world.sweep("welcome-contact")
        with whole.counted():
            for day in range(_DAYS):
                world.clock.set(_START + timedelta(days=day))
                world.sweep()
                world.escalate()
                if world.mailer.to("m-1@casa.example"):
                    break
        db.close()
    print(f"one sweep: {len(sweep.files)} files, {sweep.returns} returns to a folder that was left")
    print(f"from the import to the manager's notice: {len(whole.files)} files")


if __name__ == "__main__":
    main()
