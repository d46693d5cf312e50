"""The pages of owners and customers in a real browser: what people see and press, on a phone and in the dark."""

import pytest
from sqlalchemy import select

from models.tables import Case, Response, Statement
from models.words import Meaning
from tests.browser import Scheme, Ui, expect, opened
from tests.site import DESKTOP, PHONE, Site

pytestmark = pytest.mark.browser


async def fits(ui: Ui) -> None:
    """Nothing sticks out at the side."""
    wide, seen = await ui.page.evaluate(
        "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    )
    assert wide <= seen, f"{wide - seen} pixels stick out"


@pytest.mark.parametrize(("scheme", "width"), [("light", DESKTOP), ("dark", PHONE)])
async def test_a_seller_raises_a_matter_and_asks_for_help(site: Site, scheme: Scheme, width: int) -> None:
    async with opened("", scheme, width) as ui:
        page = ui.page
        await ui.go(site.own("S-1"), "Segnalare la questione di un cliente")
        await fits(ui)
        await page.get_by_label("Di quale cliente si tratta?").fill("SO-nessuno")
        await page.get_by_text("Un ritardo").click()
        await page.get_by_label("Che cosa è successo").fill("Aveva la mia parola sul piano in quarzo.")
        await page.get_by_text("Ho bisogno di una mano").click()
        await ui.shoot(f"own-{scheme}")
        await page.get_by_role("button", name="Segnalare").click()
        await ui.sees("Non troviamo nessun ordine")
        field = page.get_by_label("Di quale cliente si tratta?")
        await expect(field).to_have_attribute("aria-invalid", "true")
        await expect(page.get_by_label("Che cosa è successo")).to_have_value(
            "Aveva la mia parola sul piano in quarzo."
        )
        await fits(ui)
        await ui.shoot(f"own-fault-{scheme}")
        await field.fill("c-1@posta.example")
        await page.get_by_role("button", name="Segnalare").click()
        await ui.sees("la questione è ora il caso 1", "La richiesta di aiuto è arrivata a Marco Conti")
        await fits(ui)
        await ui.shoot(f"own-done-{scheme}")
        await page.reload()  # the browser sends the form once more
        await ui.sees("Queste parole le avevamo già")
        await page.get_by_role("link", name="Segnalare un'altra questione").click()
        await expect(page.get_by_label("Di quale cliente si tratta?")).to_have_value("")
    with site.db.read() as session:
        assert [one.text for one in session.scalars(select(Statement))] == [
            "Aveva la mia parola sul piano in quarzo."
        ]
        assert len(session.scalars(select(Case)).all()) == 1


@pytest.mark.parametrize(("scheme", "width"), [("light", PHONE), ("dark", DESKTOP)])
async def test_a_customer_withdraws_in_two_steps_and_finds_it_on_record(
    site: Site, scheme: Scheme, width: int
) -> None:
    async with opened("", scheme, width) as ui:
        page, address = ui.page, site.answer("C-1")
        await ui.go(address, "Gentile Giulia Ferri,")
        await fits(ui)
        await ui.shoot(f"withdrawal-link-{scheme}")
        await page.get_by_role("link", name="Recedere dal contratto qui").click()
        await ui.sees("Io, Giulia Ferri, recedo dal contratto relativo all'ordine SO-C-1")
        await fits(ui)
        await ui.shoot(f"withdrawal-{scheme}")
        await page.get_by_role("link", name="Torna alla pagina dell'ordine").click()
        assert page.url == address
        await page.get_by_role("link", name="Recedere dal contratto qui").click()
        await page.get_by_role("button", name="Conferma il recesso").click()
        await ui.sees("Abbiamo ricevuto la Sua dichiarazione", "c-1@posta.example")
        await ui.shoot(f"withdrawal-done-{scheme}")
        await page.reload()
        await page.get_by_role("link", name="Torna alla pagina dell'ordine").click()
        await ui.sees("Ha dichiarato di recedere")
        await expect(page.get_by_role("link", name="Recedere dal contratto qui")).to_have_count(0)
    with site.db.read() as session:
        assert [one.meaning for one in session.scalars(select(Response))] == [Meaning.WITHDRAW]
