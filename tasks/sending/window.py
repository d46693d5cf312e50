"""How many mails are marked at once: as many as land soon, so that none waits long on old facts."""

_LEAST_PER_CONNECTION, _MOST_PER_CONNECTION = 8, 32
"""Mails marked for each connection, so that many share a transaction."""
_BRISK_SECONDS, _SLOW_SECONDS = 0.5, 2.0
"""A window that lands sooner grows, one that takes longer shrinks: facts are looked at anew with each window."""


class SendingWindow:
    """The size of the window of one batch."""

    def __init__(self, connections: int) -> None:
        self._connections = connections
        self._full = self.size = _LEAST_PER_CONNECTION * connections

    @property
    def enough(self) -> int:
        """So many mails of a full one have landed when each connection has but one left."""
        return max(self.size - self._connections, 1)

    def begin_with(self, tries: int) -> None:
        """A server that refused everybody's mail gets a few first."""
        self.size = min(tries, self.size)

    def accepted(self) -> None:
        """The server took a mail."""
        self.size = self._full

    def landed_in(self, seconds: float) -> None:
        """Grow or shrink by how long a window took; used from the next mail on that the server takes."""
        if seconds < _BRISK_SECONDS:
            self._full = min(2 * self._full, _MOST_PER_CONNECTION * self._connections)
        elif seconds > _SLOW_SECONDS:
            self._full = max(self._full // 2, _LEAST_PER_CONNECTION * self._connections)
