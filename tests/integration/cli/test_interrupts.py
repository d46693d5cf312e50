"""Ctrl-C at any moment of a command, from its first import on, is one line and an exit status; none is lost."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.command import ROOT

SENTENCE = b"stopped; what was not done is done by the next run\n"
COMMAND = '''
import sys
from deployments.interrupts import main

class Begun:
    """Says when the command begins to import itself."""

    @staticmethod
    def find_spec(name, *_):
        if name == "deployments.cli":
            print(".", file=sys.stderr, flush=True)

sys.meta_path.insert(0, Begun)
sys.argv = ["seguito", *sys.argv[1:]]
main()
'''
SWALLOWING = """
import sys, time
from deployments import cli_edge

class Swallows:
    def __del__(self):
        print(".", file=sys.stderr, flush=True)
        time.sleep(60)

def work():
    Swallows()
    time.sleep(60)

sys.exit(cli_edge.run(work))
"""


def started(code: str, *words: str, folder: Path, ignored: bool = False) -> "subprocess.Popen[bytes]":
    def as_a_shell_does() -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN if ignored else signal.SIG_DFL)

    return subprocess.Popen(
        [sys.executable, "-c", code, *words],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        preexec_fn=as_a_shell_does,  # noqa: PLW1509 (the test has no threads)
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "SEGUITO_POLICY": str(ROOT / "policy.toml"),
            "SEGUITO_STATE_DIR": str(folder),
        },
    )


def replayed_until(seconds: float, folder: Path, *, ignored: bool) -> tuple[int, bytes]:
    """How a long replay ends, and what it says, when Ctrl-C comes after a time."""
    span = ("--from", "2026-01-01", "--to", "2026-12-31")
    words = ("replay", str(ROOT / "sources/sample"), *span, "--json", "o")
    process = started(COMMAND, *words, folder=folder, ignored=ignored)
    assert process.stderr is not None
    assert process.stderr.readline() == b".\n"
    time.sleep(seconds)
    process.send_signal(signal.SIGINT)
    try:
        _, told = process.communicate(timeout=30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return 0, b"lost"
    return process.returncode, told


def test_ctrl_c_at_any_moment_is_one_line(tmp_path: Path) -> None:
    """Also in a command that a shell started in the background, where the signal is ignored at first."""
    for seconds, ignored in ((0.0, False), (0.5, True), (2.0, False), (4.0, True)):
        code, told = replayed_until(seconds, tmp_path, ignored=ignored)
        assert (code, told.endswith(SENTENCE), told.count(b"Traceback")) == (130, True, 0), (seconds, told)


@pytest.mark.slow
def test_none_of_forty_at_random_moments_is_lost(tmp_path: Path) -> None:
    moments = random.Random(24)
    ended = []
    for number in range(40):
        seconds = moments.uniform(0, 6)
        code, told = replayed_until(seconds, tmp_path, ignored=number % 4 == 3)
        ended.append((seconds, code, told))
    assert [one for one in ended if one[1] != 130 or b"Traceback" in one[2]] == []


def test_one_that_a_finalizer_swallows_is_raised_again(tmp_path: Path) -> None:
    process = started(SWALLOWING, folder=tmp_path)
    assert process.stderr is not None
    assert process.stderr.readline() == b".\n"
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=30)
    assert process.returncode == 130
    assert told.endswith(SENTENCE)
