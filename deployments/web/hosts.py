"""Under which names the pages answer: a page of another site, loaded under a name that leads here, gets nothing."""

from collections.abc import Awaitable, Callable, Collection
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from fastapi.responses import Response
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from tasks.runtime.settings import AccessError

MISDIRECTED = 421
_OPEN = ("/healthz", "/metrics")
"""Paths that whoever watches may ask for under any name; they tell nothing that a page of another site could use."""

Networks = tuple[IPv4Network | IPv6Network, ...]
Refusal = Callable[[Request], Awaitable[Response]]


class KnownHosts:
    """Refuses requests for a host that is none of ours. `names` gives our names for a request's application."""

    def __init__(self, app: ASGIApp, names: Callable[[Scope], Collection[str]], refusal: Refusal) -> None:
        self._app, self._names, self._refusal = app, names, refusal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; a slash behind its path makes no difference."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope["path"] = scope["path"].rstrip("/") or "/"
        host = Headers(scope=scope).get("host", "")
        if scope["path"] in _OPEN or is_ours(host, self._names(scope)):
            await self._app(scope, receive, send)
            return
        response = await self._refusal(Request(scope, receive))
        await response(scope, receive, send)


def is_ours(host: str, names: Collection[str]) -> bool:
    """Whether a Host header names us: one of `names`, this machine, or an address in digits.

    Whoever has a name lead here cannot make a browser send digits instead.
    """
    name = name_of(f"//{host}")
    if name is None:
        return False
    if name == "localhost" or name in names:
        return True
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def name_of(address: str) -> str | None:
    """The host that an address names, in small letters and without its port; nothing when there is none."""
    try:
        name = urlsplit(address).hostname
    except ValueError:
        return None
    return name.rstrip(".").lower() if name else None


def listed(names: str) -> frozenset[str]:
    """Host names as they stand in a setting, separated by commas."""
    return frozenset(name.strip().rstrip(".").lower() for name in names.split(",") if name.strip())


def networks(addresses: str) -> Networks:
    """Addresses and networks as they stand in a setting, separated by commas.

    Raises:
        AccessError: one of them is neither.
    """
    try:
        return tuple(ip_network(one.strip(), strict=False) for one in addresses.split(",") if one.strip())
    except ValueError as error:
        raise AccessError(
            f"SEGUITO_DESK_PROXIES: {error}; write addresses such as 10.0.0.5, or networks"
        ) from None


def comes_from(request: Request, known: Networks) -> bool:
    """Whether the other end of the connection itself stands at one of these addresses."""
    try:
        address = ip_address(request.client.host if request.client else "")
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None) or address
    return any(mapped in network for network in known)
