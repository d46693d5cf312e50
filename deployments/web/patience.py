"""How long the pages wait for whoever opens a connection and says nothing, and how many such they bear."""

import asyncio
import resource
from dataclasses import dataclass
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol


@dataclass(frozen=True)
class RequestLimits:
    """What is granted to connections whose request has not arrived in full."""

    head_seconds: float = 10.0
    """A request's first lines and headers are here by then, or the connection ends."""
    of_one_address: int = 20
    of_all: int = 200

    def within(self, files: int) -> "RequestLimits":
        """The same, for a process that may have so many files open."""
        return RequestLimits(self.head_seconds, self.of_one_address, max(min(self.of_all, files // 4), 4))


def patient(limits: RequestLimits | None = None) -> type[H11Protocol]:
    """A protocol for one server of uvicorn. Of too many half-open connections the oldest end, never the newest.

    So whoever sends a whole request is served, however many others hold connections open.
    """
    granted = (limits or RequestLimits()).within(resource.getrlimit(resource.RLIMIT_NOFILE)[0])
    unfinished: dict[_Patient, None] = {}

    class OfOneServer(_Patient):
        _limits = granted
        _unfinished = unfinished

    return OfOneServer


class _Patient(H11Protocol):
    _limits: RequestLimits
    _unfinished: "dict[_Patient, None]"
    _timer: asyncio.TimerHandle | None = None

    @property
    def address(self) -> str:
        """Where the connection comes from."""
        return str(self.client[0]) if self.client else ""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait_for_head()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.cycle is not None and not self.cycle.response_complete:
            self._stop_waiting()
        elif not self.transport.is_closing():
            self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def _wait_for_head(self) -> None:
        if self in self._unfinished:
            return
        self._unfinished[self] = None
        self._timer = self.loop.call_later(self._limits.head_seconds, self.give_up)
        alike = [one for one in self._unfinished if one.address == self.address]
        if len(alike) > self._limits.of_one_address:
            alike[0].give_up()
        elif len(self._unfinished) > self._limits.of_all:
            next(iter(self._unfinished)).give_up()

    def _stop_waiting(self) -> None:
        self._unfinished.pop(self, None)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def give_up(self) -> None:
        """End the connection without a word."""
        self._stop_waiting()
        transport: Any = self.transport
        transport.abort()
