"""Ctrl-C is heard, whatever is going on: from the first line of a command on, and again until the command ends.

Python raises `KeyboardInterrupt` wherever it happens to be, once. A finalizer, a callback of a library or an event
loop that never waits may swallow it there, and the command would go on as if nobody had pressed anything.
For the start of a command: this module imports nothing but the standard library.
"""

import os
import signal
import sys
import threading
from contextlib import suppress
from types import FrameType

STOPPED = 128 + signal.SIGINT
"""Exit status of a command that was stopped."""
SENTENCE = "stopped; what was not done is done by the next run"
_AGAIN_SECONDS = 1.5
"""Time to unwind, before it is raised once more."""


class Interrupts:
    """What Ctrl-C does while a command runs. One for each process; a signal has one handler."""

    def __init__(self) -> None:
        self.asked = False
        """Whether somebody wants the command to stop."""

    def listen(self) -> None:
        """Raise `KeyboardInterrupt` at Ctrl-C from now on.

        Also where a shell started the command in the background and had the signal ignored: whoever sends it means it.
        """
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, self._interrupt)
            signal.signal(signal.SIGALRM, self._interrupt)

    def rest(self) -> None:
        """The command is at its end: nothing is raised any more, however often somebody presses."""
        if threading.current_thread() is threading.main_thread():
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGINT, signal.SIG_IGN if self.asked else signal.default_int_handler)

    def _interrupt(self, _number: int, _frame: FrameType | None) -> None:
        self.asked = True
        signal.setitimer(signal.ITIMER_REAL, _AGAIN_SECONDS)
        raise KeyboardInterrupt


INTERRUPTS = Interrupts()


def main() -> None:
    """The command `seguito`: Ctrl-C is one line and an exit status, while its modules are still imported, too."""
    try:
        INTERRUPTS.listen()
        from deployments.cli import main as command  # noqa: PLC0415 (importing takes seconds, and Ctrl-C counts then)

        command()
    except BaseException as error:
        if not INTERRUPTS.asked:
            raise
        INTERRUPTS.rest()
        if not isinstance(error, SystemExit):  # else the command has said so
            print(SENTENCE, file=sys.stderr)
        _end_now()


def _end_now() -> None:
    """End although threads wait for other machines; they may be left at any instant, as by a power cut."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(STOPPED)
