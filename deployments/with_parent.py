"""Runs a command that ends when its parent does: `python -m deployments.with_parent SIGNAL PARENT_PID COMMAND…`.

A launcher that is killed outright cannot end its children any more; the kernel can. The signal is asked
for in the child itself (code between fork and exec in the parent is unsafe beside threads) and outlives
the `exec`.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def main(signal_name: str, parent: int, command: list[str]) -> None:
    """Bind this process to its parent, then become the command. Elsewhere than on Linux only the latter."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.Signals[signal_name])
    if os.getppid() != parent:  # it died before we could ask
        raise SystemExit(1)
    os.execvp(command[0], command)  # noqa: S606 (a shell would stand between parent and child)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3:])
