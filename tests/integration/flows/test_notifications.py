"""What an automation tells really arrives: a run fails, and the webhook of a notification block gets the sentence."""

import asyncio
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from prefect import tags
from prefect.blocks.notifications import CustomWebhookNotificationBlock
from prefect.client.orchestration import get_client

from deployments.automations import set_up
from flows.sweeps import welcome_contact
from tests.prefect_server import PrefectServer
from tests.shop import final

pytestmark = [
    pytest.mark.prefect,
    pytest.mark.usefixtures("shop"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
_PATIENCE_SECONDS = 60


class Channel:
    """The channel of a company: a web server that keeps what is posted to it."""

    def __init__(self, server: HTTPServer) -> None:
        self.url = f"http://127.0.0.1:{server.server_port}/hook"
        self.posted: list[dict[str, Any]] = []

    async def first(self, words: str) -> dict[str, Any]:
        """The first post whose subject holds these words, once it is there."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < deadline:
            for one in self.posted:
                if words in one["subject"]:
                    return one
            await asyncio.sleep(0.3)
        raise AssertionError(f"nothing about {words!r} came; the rest: {self.posted}")


@pytest.fixture
def channel() -> Iterator[Channel]:
    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            kept.posted.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_args: Any) -> None:
            """Keep the test's output clean."""

    server = HTTPServer(("127.0.0.1", 0), Hook)
    kept = Channel(server)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield kept
    server.shutdown()
    server.server_close()


async def test_a_run_that_fails_is_told_to_the_channel_of_the_company(
    prefect_server: PrefectServer, channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    block = CustomWebhookNotificationBlock(
        name="ops", url=channel.url, json_data={"subject": "{{subject}}", "body": "{{body}}"}
    )
    await block.asave("ops", overwrite=True)
    async with get_client() as client:
        await set_up(client, "custom-webhook/ops")
        try:
            await asyncio.sleep(3)  # the server reads new automations within seconds
            monkeypatch.setenv("SEGUITO_POLICY", "nowhere/policy.toml")
            with tags("seguito", "sweep"):
                state = await final(welcome_contact)
            assert state.is_failed()
            told = await channel.first("a run failed")
        finally:  # other tests on this server expect automations that tell nobody
            await set_up(client, "")
    assert told["subject"] == "Seguito: a run failed, crashed or timed out"
    assert "welcome-contact: nowhere/policy.toml: cannot be read" in told["body"], "the sentence of the run"
    assert "Nothing is lost" in told["body"]
    assert "@" not in told["body"], "no address of anybody"
    [fired] = [one for one in prefect_server.post("/automations/filter") if "a run failed" in one["name"]]
    assert fired["enabled"]
