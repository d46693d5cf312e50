"""The company's face on the pages: its colours by daylight, and what the law wants said at their foot."""

import asyncio
import re
from base64 import b64encode
from hashlib import sha256

import httpx

from deployments.web.app import build_app
from models.policy import parse
from tests.command import ROOT
from tests.world import World

_BRAND = '[company.brand]\ncolour = "#7a2e1d"\n[company.registered]\nnip = "5213000000"\nkrs = "0000123456"\n'


def test_pages_carry_the_company_s_colours_register_and_privacy_page(world: World) -> None:
    shipped = (ROOT / "policy.toml").read_text(encoding="utf-8")
    top = '[company]\nprivacy_url = "https://casa.example/privacy"\n'
    policy = parse(shipped.replace("[company]\n", top, 1) + _BRAND)
    app = build_app(world.db, policy, world.links, world.clock)

    async def go() -> httpx.Response:
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://pages.example"
        ) as client:
            return await client.get("/")

    page = asyncio.run(go())
    assert "NIP 5213000000 · KRS 0000123456" in " ".join(page.text.split())
    assert 'href="https://casa.example/privacy"' in page.text
    style = re.search(r"<style>(.*?)</style>", page.text, re.DOTALL)
    assert style is not None
    assert "--green: #7a2e1d" in style[1]
    allowed = b64encode(sha256(style[1].encode()).digest()).decode()
    assert f"'sha256-{allowed}'" in page.headers["content-security-policy"], "the browser takes it"
