"""`seguito up` in a process of its own, for tests of the whole."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
READY_SECONDS = 180
UP = """
from deployments.launcher import run
from deployments.schedules import SCHEDULED
from tasks.runtime.settings import Settings
raise SystemExit(run(Settings()))
"""
PORTS = ("prefect", "web", "mailbox", "smtp")


class Launch:
    """A `seguito up` in a process of its own, as a terminal would start it."""

    def __init__(self, state: Path, ports: dict[str, int], policy: Path = ROOT / "policy.toml") -> None:
        home = state.with_name("home")
        home.mkdir(exist_ok=True)
        variables = {f"SEGUITO_{name.upper()}_PORT": str(port) for name, port in ports.items()}
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("SEGUITO_")}
        self.marker = f"SEGUITO_STATE_DIR={state}"
        self.out = state.with_name("out").open("w+")
        self.process = subprocess.Popen(
            [sys.executable, "-c", UP],
            cwd=ROOT,
            stdout=self.out,
            stderr=self.out,
            start_new_session=True,
            env=inherited
            | variables
            | {
                "HOME": str(home),
                "SEGUITO_STATE_DIR": str(state),
                "SEGUITO_POLICY": str(policy),
                # What a user may have set for a server elsewhere must not lead ours astray.
                "PREFECT_API_URL": "http://127.0.0.1:9/api",
                "PREFECT_PROFILE": "elsewhere",
            },
        )

    def said(self) -> str:
        return Path(self.out.name).read_text(encoding="utf-8")

    def wait_until_said(self, text: str) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while text not in self.said():
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < deadline, self.said()
            time.sleep(0.1)

    def processes(self) -> set[int]:
        """Every living process that carries this launch's environment: it, its children, and theirs."""
        found = set()
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                environment = (folder / "environ").read_bytes().decode(errors="replace").split("\0")
            except OSError:
                continue
            if self.marker in environment:
                found.add(int(folder.name))
        return found

    def gone_within(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while self.processes():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.1)
        return True

    def end(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        return self.process.wait(60)
