"""What the library for bounces trips over is handled here, and told to nobody."""

import subprocess
import sys

from tests.command import ROOT

_ODD = b"From: \xff\xfe <mailer-daemon@\xe8.example>\r\nSubject: Undelivered mail\r\n\r\nfailed\r\n"


def test_a_mail_that_the_library_trips_over_leaves_no_traceback() -> None:
    """In a process of its own: the tests' own log handlers would hide what Python prints as a last resort."""
    read = f"from tasks.inbound.reading import read; print(read({_ODD!r}).subject)"
    trips = f"import email; from flufl.bounce import all_failures; all_failures(email.message_from_bytes({_ODD!r}))"
    for code, is_handled in ((read, True), (trips, False)):
        ended = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False
        )
        assert ("Traceback" not in ended.stderr) is is_handled, ended.stderr
        assert ("Undelivered mail" in ended.stdout) is is_handled
