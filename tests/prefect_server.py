"""A real Prefect server for the tests, on a free port, with a folder of its own."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from prefect.settings import PREFECT_API_URL, PREFECT_HOME, temporary_settings

from deployments.environment import for_children
from tasks.runtime.settings import Settings
from tests.ports import free_port

_START_SECONDS = 120.0
_BUSY_SECONDS = 30.0
_BUSY = 503


@dataclass(frozen=True)
class PrefectServer:
    """A running server: its API's address, and the environment that leads a process to it."""

    api: str
    home: Path
    environment: dict[str, str]

    @contextmanager
    def used(self) -> Iterator[None]:
        """Prefect clients, flows and deployments in this process use the server."""
        with temporary_settings({PREFECT_API_URL: self.api, PREFECT_HOME: self.home}):
            yield

    def get(self, path: str) -> Any:
        """Read from the API."""
        return httpx.get(f"{self.api}{path}").raise_for_status().json()

    def post(self, path: str, **body: object) -> Any:
        """Ask the API."""
        return self._asked("POST", path, body).json()

    def patch(self, path: str, **body: object) -> None:
        """Change something by the API, as the UI does."""
        self._asked("PATCH", path, body)

    def _asked(self, method: str, path: str, body: dict[str, object] | None) -> httpx.Response:
        """While others write, SQLite may be busy: 503, and nothing was done."""
        deadline = time.monotonic() + _BUSY_SECONDS
        while (answer := httpx.request(method, f"{self.api}{path}", json=body)).status_code == _BUSY:
            if time.monotonic() > deadline:
                break
            time.sleep(0.2)
        return answer.raise_for_status()

    def forget_deployments(self) -> None:
        """Delete every deployment, with its schedules and the runs that they planned."""
        for item in self.post("/deployments/filter", limit=200):
            self._asked("DELETE", f"/deployments/{item['id']}", None)

    def count_runs(self, *states: str) -> int:
        """How many flow runs stand in these types of state."""
        wanted = {"state": {"type": {"any_": states}}}
        return int(self.post("/flow_runs/count", flow_runs=wanted))

    @classmethod
    @contextmanager
    def started(cls, folder: Path, auth: str | None = None) -> "Iterator[PrefectServer]":
        """Start one, with the launcher's own settings, and end it at the end."""
        port = free_port()
        settings = Settings(state_dir=folder, prefect_port=port, prefect_auth=auth, _env_file=None)
        environment = for_children(settings)
        command = ["deployments.prefect_server", "127.0.0.1", str(port)]
        bound = ["deployments.with_parent", "SIGKILL", str(os.getpid()), sys.executable, "-m", *command]
        (folder / "tmp").mkdir(exist_ok=True)
        with (folder / "prefect-server.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", *bound], env=environment, stdout=log, stderr=log
            )
        try:
            server = cls(environment["PREFECT_API_URL"], folder / "prefect", environment)
            server._wait(process, folder / "prefect-server.log")
            yield server
        finally:
            process.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(10)
            process.kill()
            process.wait()

    def _wait(self, process: "subprocess.Popen[bytes]", log: Path) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while True:
            with contextlib.suppress(httpx.TransportError):
                if httpx.get(f"{self.api}/health").is_success:
                    return
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the Prefect server did not start: {log.read_text()}")
            time.sleep(0.1)
