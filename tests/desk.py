"""Somebody at the desk, for tests: a browser that keeps its cookies, and signs in by the link of a mail."""

import asyncio
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx
from fastapi import FastAPI
from sqlalchemy import select

from deployments.web.app import build_app
from models.tables import Staff
from tasks.mailboxes.originals import Originals
from tests.world import World

HOME = "http://pages.example"


@dataclass
class Browser:
    """One browser before the pages; cookies stay in it."""

    world: World
    cookies: httpx.Cookies = field(default_factory=httpx.Cookies)
    originals: Originals | None = None
    peer: str = "127.0.0.1"
    """Where it stands."""
    more: dict[str, Any] = field(default_factory=dict)
    """Further parts of the pages (`deployments.web.context.Web`)."""

    def __post_init__(self) -> None:
        world = self.world
        self.app: FastAPI = build_app(
            world.db, world.policy, world.links, world.clock, self.originals, **self.more
        )

    def ask(
        self, method: str, path: str, *, headers: dict[str, str] | None = None, **form: str
    ) -> httpx.Response:
        async def go() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, client=(self.peer, 40_000))
            async with httpx.AsyncClient(transport=transport, base_url=HOME, cookies=self.cookies) as client:
                data = form or None
                answer = await client.request(method, path, data=data, headers=headers)
                self.cookies = client.cookies
                return answer

        return asyncio.run(go())

    def get(self, path: str) -> httpx.Response:
        return self.ask("GET", path)

    def follow(self, path: str) -> httpx.Response:
        """Where an address leads to."""
        page = self.get(path)
        return self.get(page.headers["location"]) if page.status_code == 303 else page

    def press(self, path: str, **form: str) -> httpx.Response:
        return self.ask("POST", path, **form)

    def link_of(self, ref: str) -> str:
        return self.world.links.own(staff(self.world, ref).id, self.world.clock.now())

    def enter(self, ref: str) -> "Browser":
        token = urlsplit(self.link_of(ref)).path.removeprefix("/r/")
        assert self.press("/desk/enter", link=token).status_code == 303
        return self


def staff(world: World, ref: str) -> Staff:
    with world.db.read() as session:
        return session.scalars(select(Staff).where(Staff.ref == ref)).one()
