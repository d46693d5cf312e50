"""Install the project into the Python that runs this, and show how far it is: `python deployments/install.py .[dev]`.

For the Makefile, before anything is installed: this module imports nothing but the standard library.
"""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

_LAST_LINES = 20
_TERMINAL_SECONDS = 0.5
_LOG_SECONDS = 5.0


class Progress:
    """One line that says how far an installation is: rewritten in a terminal, repeated every few seconds in a log."""

    def __init__(self, out: IO[str]) -> None:
        """Show it on `out`."""
        self._out = out
        self._started = time.monotonic()
        self._found = 0
        self._installing = False

    def heard(self, line: str) -> None:
        """Take a line that pip says."""
        if line.startswith(("Collecting ", "Obtaining ")):
            self._found += 1
        elif line.startswith("Installing collected packages"):
            self._found = line.count(",") + 1
            self._installing = True

    def sentence(self) -> str:
        """How far it is, with the seconds since the start."""
        what = "installing" if self._installing else "looking for libraries, found"
        return f"  {what} {self._found}, {time.monotonic() - self._started:.0f} s"

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Show the sentence again and again while the block runs."""
        ended = threading.Event()
        showing = threading.Thread(target=self._show_until, args=(ended,), daemon=True)
        showing.start()
        try:
            yield
        finally:
            ended.set()
            showing.join()
        print(f"\r{self.sentence()}" if self._out.isatty() else self.sentence(), file=self._out, flush=True)

    def _show_until(self, ended: threading.Event) -> None:
        terminal = self._out.isatty()
        while not ended.wait(_TERMINAL_SECONDS if terminal else _LOG_SECONDS):
            print(
                f"\r{self.sentence()}" if terminal else self.sentence(),
                end="" if terminal else "\n",
                file=self._out,
                flush=True,
            )


def install(what: str, folder: Path, out: IO[str] = sys.stdout) -> int:
    """Install `what` (`.`, `.[dev]`) of the project in `folder`, editable and with its constraints.

    Returns pip's exit code. When pip fails, its last lines are shown.
    """
    words = [
        "install",
        "--editable",
        what,
        "--constraint",
        "constraints.txt",
        "--no-input",
        "--progress-bar",
        "off",
    ]
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *words]
    progress, said = Progress(out), list[str]()
    with (
        subprocess.Popen(  # noqa: S603 (our own words)
            command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as pip,
        progress.shown(),
    ):
        for line in pip.stdout or ():
            said.append(line.rstrip())
            progress.heard(line)
        code = pip.wait()
    if code:
        print("\n".join(said[-_LAST_LINES:]), file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(install(sys.argv[1], Path(__file__).parent.parent))
