"""The launcher's children: each in a session of its own, bound to the launcher's life, writing to a file."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

_TAIL_LINES = 3


@dataclass(frozen=True)
class Child:
    """A running child and where it writes."""

    name: str
    process: Process
    log: Path

    @classmethod
    async def start(
        cls,
        name: str,
        *arguments: str,
        log: Path,
        environment: Mapping[str, str],
        with_parent: signal.Signals = signal.SIGTERM,
        keep: tuple[int, ...] = (),
    ) -> "Child":
        """Start this Python with some arguments.

        A session of its own keeps the terminal's Ctrl-C away: the launcher alone decides who ends first.

        Args:
            name: what the child is called in messages.
            arguments: what follows `python`.
            log: where its output goes; what stands there is kept beside it, once.
            environment: all that it finds in its environment.
            with_parent: the signal that it gets when this process dies.
            keep: open files that it may use.
        """
        bound = ("deployments.with_parent", with_parent.name, str(os.getpid()))
        with _fresh(log) as out:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                *bound,
                sys.executable,
                *arguments,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                env=environment,
                start_new_session=True,
                pass_fds=keep,
            )
        return cls(name, process, log)

    async def died(self) -> str:
        """Wait for an end that nobody asked for, and return the sentence to say about it."""
        code = await self.process.wait()
        lines = self.log.read_text(errors="replace").strip().splitlines()[-_TAIL_LINES:]
        return f"{self.name} ended by itself (exit code {code}); see {self.log}\n" + "\n".join(lines)

    async def stop(self, grace_seconds: float) -> None:
        """Ask the child to end, wait, and then kill what is left of it and of what it started."""
        self._signal(signal.SIGTERM, whole_group=False)
        with suppress(TimeoutError):
            await asyncio.wait_for(self.process.wait(), grace_seconds)
        self._signal(signal.SIGKILL, whole_group=True)
        await self.process.wait()

    def _signal(self, number: signal.Signals, *, whole_group: bool) -> None:
        with suppress(ProcessLookupError):
            if whole_group:
                os.killpg(self.process.pid, number)
            elif self.process.returncode is None:
                os.kill(self.process.pid, number)


def _fresh(log: Path) -> BinaryIO:
    if log.exists():
        log.replace(log.with_suffix(".log.1"))
    return log.open("wb")
