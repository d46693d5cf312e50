"""The edge of the command line: what a person can mend is one line and an exit status, never a traceback."""

import errno
import io
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress

from pydantic import ValidationError

from deployments.interrupts import INTERRUPTS, SENTENCE, STOPPED
from models.errors import SeguitoError
from tasks.runtime.settings import at_fault

TOLD = (SeguitoError, ValueError)
"""Errors whose message is a sentence for a person: the cause and what to do."""

FORESEEN = (ValidationError, OverflowError, OSError, *TOLD)
_NO_READER = 128 + signal.SIGPIPE


def run(work: Callable[[], int | None]) -> int:
    """Do the work of a command; returns its exit status."""
    _words_as_they_can_be_shown()
    INTERRUPTS.listen()
    try:
        try:
            return work() or 0
        except SystemExit as end:  # a word that is no command, or --help
            return end.code if isinstance(end.code, int) else 0
        finally:
            sys.stdout.flush()
    except KeyboardInterrupt:
        return _stopped()
    except BrokenPipeError:
        _stop_printing()
        return _NO_READER
    except Exception as error:
        if INTERRUPTS.asked:  # a library made an error of its own of it
            return _stopped()
        if not isinstance(error, FORESEEN):
            raise
        return _told(_in_a_line(error))
    finally:
        INTERRUPTS.rest()


def _stopped() -> int:
    INTERRUPTS.rest()
    print(SENTENCE, file=sys.stderr)
    return STOPPED


def _in_a_line(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return at_fault(error)
    if isinstance(error, TOLD):
        return str(error)
    if isinstance(error, OSError):
        return _about_a_file(error)
    return "a number or a date is too large to be reckoned with; nothing was done"


def _told(sentence: str) -> int:
    with suppress(BrokenPipeError):
        sys.stdout.flush()
    print(sentence, file=sys.stderr)
    return 1


def _about_a_file(error: OSError) -> str:
    reason = error.strerror or type(error).__name__
    where = error.filename if isinstance(error.filename, str) else None
    if error.errno == errno.ENOSPC:
        return f"{where or 'the disk'}: there is no room left; make room on the disk, then run this again"
    if where is None:
        return f"the system refuses ({reason}); see to the disk and the network of this machine, then run this again"
    return f"{where} cannot be used ({reason}); name another one, or see to its folder and its rights"


def _words_as_they_can_be_shown() -> None:
    """A terminal that knows no accents gets them spelt out, instead of an error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _stop_printing() -> None:
    """Whoever read has gone (`| head`); Python would say so once more when it ends."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
