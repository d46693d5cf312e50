"""A real browser for the tests: the system's Chromium, headless, driven by Playwright."""

import os
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import Locator, Page, async_playwright, expect

Scheme = Literal["dark", "light"]

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage")
_PATIENCE_MILLISECONDS = 30_000

__all__ = ["Ui", "expect", "opened", "program"]


def program() -> str:
    """Where the browser is; without one the test is skipped, unless SEGUITO_TEST_CHROMIUM says that there is one."""
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None and os.environ.get("SEGUITO_TEST_CHROMIUM"):
        pytest.fail("SEGUITO_TEST_CHROMIUM is set, and there is no Chromium")
    if found is None:
        pytest.skip("no Chromium here (on Debian and Ubuntu: apt install chromium)")
    return found


class Ui:
    """The Prefect UI as ops see it."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self._address = page, address

    async def go(self, path: str, *until: str) -> None:
        """Open a page of the UI, and wait until it shows these words."""
        await self.page.goto(f"{self._address}{path}")
        for words in until:
            await self.sees(words)

    async def sees(self, *words: str) -> None:
        """Each of these stands somewhere on the page."""
        for text in words:
            await expect(self.page.get_by_text(text).locator("visible=true").first).to_be_visible()

    async def write(self, label: str, text: str) -> None:
        """Fill a field of a form."""
        await self._field(label).fill(text)

    async def add(self, text: str) -> None:
        """Add an item to the list that a form begins with."""
        await self.page.get_by_role("button", name="Add item").first.click()
        await self.page.locator("textarea").first.fill(text)

    async def choose(self, label: str, option: str) -> None:
        """Choose from a drop-down."""
        await self._field(label).click()
        await self.page.get_by_role("option", name=option, exact=True).click()
        await self.page.keyboard.press("Escape")
        # until it is gone, it takes the next press for its own
        await expect(self.page.get_by_role("option").locator("visible=true")).to_have_count(0)

    async def pick(self, label: str, day: datetime) -> None:
        """Pick a day of this month, or one of the first of the next, in a calendar."""
        await self._field(label).click()
        await self.page.locator(f'[data-day="{day:%Y-%m-%d}"] button').click()
        await self.page.keyboard.press("Escape")

    async def switch(self, label: str) -> None:
        """Turn a switch over."""
        await self._field(label).click()

    def _field(self, label: str) -> Locator:
        """By its label; the UI writes "(Optional)" behind some, and calls drop-downs "Select …"."""
        return self.page.get_by_label(re.compile(rf"^(Select )?{re.escape(label)}\b"))

    async def submit(self) -> None:
        """Press the button below the form."""
        await self.page.get_by_role("button", name="Submit").click()

    async def shoot(self, name: str) -> None:
        """Keep a picture in the folder that SEGUITO_TEST_PICTURES names, if it names one."""
        if folder := os.environ.get("SEGUITO_TEST_PICTURES"):
            await self.page.wait_for_timeout(700)  # what fades in is in
            await self.page.screenshot(path=Path(folder) / f"{name}.png")


@asynccontextmanager
async def opened(
    address: str, scheme: Scheme = "light", width: int = 1280, height: int = 860
) -> AsyncIterator[Ui]:
    """A fresh browser on a Prefect UI (`http://127.0.0.1:4200/v2`). It asks no other server for anything."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program(), args=list(_ARGUMENTS))
        page = await browser.new_page(color_scheme=scheme, viewport={"width": width, "height": height})
        page.set_default_timeout(_PATIENCE_MILLISECONDS)
        expect.set_options(timeout=_PATIENCE_MILLISECONDS)
        await page.route(
            "**/*", lambda route: route.continue_() if "//127.0.0.1" in route.request.url else route.abort()
        )
        try:
            yield Ui(page, address)
        finally:
            await browser.close()
