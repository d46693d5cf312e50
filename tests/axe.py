"""What axe-core finds wrong with a page that is open in a browser: contrast, names, labels, order, languages."""

from importlib.resources import files
from typing import Any

from playwright.async_api import Page

_SCRIPT = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
_GRAVE = frozenset({"serious", "critical"})
_RUN = "axe.run(document, {resultTypes: ['violations'], iframes: false})"


async def faults(page: Page) -> list[str]:
    """Everything serious, a line each: the rule, what it says, and the element."""
    await page.evaluate(_SCRIPT)
    found: dict[str, Any] = await page.evaluate(_RUN)
    return [
        f"{one['id']}: {one['help']}: {node['html'][:160]}"
        for one in found["violations"]
        if one["impact"] in _GRAVE
        for node in one["nodes"]
    ]
