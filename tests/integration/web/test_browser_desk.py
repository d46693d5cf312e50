"""The desk in a real browser: each role's morning from the link of a mail, and what axe finds on every page."""

import re
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy

import pytest
from playwright.async_api import Page
from sqlalchemy import select

from models.tables import Commitment, Customer, FollowUp, Inbound, Order, Staff
from models.words import CaseReasonKind, CommitmentKind, Subject
from tasks.cases.open_case import open_case
from tasks.commitments.close import promise
from tasks.mails.composer import Composer
from tasks.mails.examples import NOW
from tasks.mails.situations import situations
from tasks.planning.plan import plan_all
from tests.axe import faults
from tests.browser import Scheme, Ui, expect, opened
from tests.site import DESKTOP, PHONE, Site
from tests.visitor import sent

pytestmark = pytest.mark.browser
LOOKS = [("light", DESKTOP), ("dark", PHONE)]
"""Both schemes and both widths; what differs by one does not differ by the other."""
EVERY_LOOK = [
    ("light", DESKTOP, "it"),
    ("dark", PHONE, "pl"),
    pytest.param("dark", DESKTOP, "de", marks=pytest.mark.slow),
    pytest.param("light", PHONE, "en", marks=pytest.mark.slow),
]
"""All of them, each in another language; `make test-browser` goes through the slow ones too."""


def busy(site: Site) -> dict[str, int]:
    """A morning: the seller owes a call about C-1, after-sale an answer, and a manager the call of a case."""
    now = datetime.now(UTC)
    plan_all(site.db, site.policy, now)
    with site.db.write() as session:
        people = {one.ref: one for one in session.scalars(select(Staff))}
        first, second = session.scalars(select(Customer).order_by(Customer.id)).all()
        second.name = "Ugo Verdi"
        order = session.scalars(select(Order).where(Order.customer_id == first.id)).one()
        order.seller_id = order.owner_id = people["S-1"].id
        key = sent(session, second, "welcome-contact", session.get_one(Order, order.id + 1))
        mail = Inbound(
            identity="x",
            digest="",
            size_bytes=1,
            received_at=now,
            recorded_at=now,
            message_id="<hers@posta.example>",
            sender="c-2@posta.example",
            sender_name="Ugo",
            subject="Il tecnico",
            verdict="human",
            why="",
            state="owned",
            customer_id=second.id,
            words="Quando arriva il tecnico?",
            quoted="Il 3 marzo avete scritto: …",
            attachments=["foto.jpg"],
        )
        session.add(mail)
        session.flush()
        made = {
            kind: promise(
                session,
                site.policy,
                customer.id,
                kind,
                (Subject.CUSTOMER, customer.id),
                now=now,
                actor="test",
                inbound_id=inbound_id,
            )
            for kind, customer, inbound_id in (
                (CommitmentKind.CALL_BACK, first, None),
                (CommitmentKind.REPLY, second, mail.id),
            )
        }
        made[CommitmentKind.CALL_BACK].owner_id = people["S-1"].id
        made[CommitmentKind.REPLY].owner_id = people["A-1"].id
        case = open_case(
            session,
            site.policy,
            second.id,
            CaseReasonKind.LOW_RATING,
            (Subject.CUSTOMER, second.id),
            now=now - timedelta(hours=2),
            actor="customer",
        )
        case.manager_id = people["M-1"].id
        return {
            "call": made[CommitmentKind.CALL_BACK].id,
            "reply": made[CommitmentKind.REPLY].id,
            "case": case.id,
            "mail": mail.id,
            "key": int(key.partition("-")[0][1:]),
        }


class Presses:
    """Presses links and buttons, and counts them."""

    def __init__(self, page: Page) -> None:
        self.page, self.count = page, 0

    async def link(self, name: str, within: str = "main") -> None:
        self.count += 1
        await self.page.locator(within).get_by_role("link", name=name).first.click()

    async def button(self, name: str) -> None:
        self.count += 1
        await self.page.get_by_role("button", name=name, exact=True).first.click()

    async def unfold(self, name: str) -> None:
        self.count += 1
        await self.page.locator("summary").filter(has_text=name).first.click()


async def enter(ui: Ui, site: Site, ref: str) -> Presses:
    """From the link in a mail to the list of the day."""
    await ui.go(site.own(ref))
    await ui.page.locator('form[action="/desk/enter"] button').click()
    await expect(ui.page).to_have_url(f"{site.home}/desk")
    return Presses(ui.page)


async def is_well(ui: Ui) -> None:
    """It fits, and axe finds nothing serious."""
    wide, seen = await ui.page.evaluate(
        "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    )
    assert wide <= seen, f"{ui.page.url}: {wide - seen} pixels stick out"
    assert await faults(ui.page) == [], ui.page.url


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
async def test_a_seller_s_morning(site: Site, scheme: Scheme, width: int) -> None:
    made = busy(site)
    async with opened("", scheme, width) as ui:
        page, press = ui.page, await enter(ui, site, "S-1")
        await ui.shoot(f"desk-today-seller-{scheme}")
        await expect(page.get_by_text("Ugo Verdi")).to_have_count(0)
        await press.link("Giulia Ferri")
        await page.get_by_text("Ho telefonato").click()
        await page.get_by_label("Che cosa è successo, in poche parole").fill("Il tecnico viene venerdì.")
        await ui.shoot(f"desk-commitment-{scheme}")
        await press.button("Registrare com'è andata")
        await expect(page.get_by_role("status").first).to_contain_text("Grazie")
        await expect(page.get_by_role("heading", level=1)).to_have_text("Oggi")
        assert press.count <= 3
        for path in (f"/desk/case/{made['case']}", "/desk/customer/C-2", "/desk/company", "/desk/list/cases"):
            answer = await page.goto(f"{site.home}{path}")
            assert answer is not None
            assert answer.status == 404, path
            await expect(page.get_by_text("Ugo Verdi")).to_have_count(0)
    with site.db.read() as session:
        owed = session.get_one(Commitment, made["call"])
        assert owed.outcome == "called: Il tecnico viene venerdì."


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
async def test_after_sale_s_morning(site: Site, scheme: Scheme, width: int) -> None:
    busy(site)
    async with opened("", scheme, width) as ui:
        page, press = ui.page, await enter(ui, site, "A-1")
        await press.link("Ugo Verdi")
        await expect(page.get_by_text("Quando arriva il tecnico?")).to_be_visible()
        await press.link("Un giorno per l'appuntamento")
        await expect(page.get_by_label("Il testo")).to_have_value(re.compile("^Gentile Ugo Verdi,"))
        await page.get_by_label("Il testo").fill("Venerdì alle 9 è da Lei.")
        await ui.shoot(f"desk-answer-{scheme}")
        await press.button("Inviare la risposta")
        await expect(page.get_by_role("status").first).to_contain_text("La risposta è scritta")
        assert press.count <= 3
    with site.db.read() as session:
        assert session.scalars(select(FollowUp.state).where(FollowUp.kind == "reply")).all() == ["planned"]


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
async def test_a_manager_s_morning(site: Site, scheme: Scheme, width: int) -> None:
    busy(site)
    async with opened("", scheme, width) as ui:
        page, press = ui.page, await enter(ui, site, "M-1")
        await press.link("Ugo Verdi")
        await ui.shoot(f"desk-case-{scheme}")
        opened_acts = page.locator("details.act[open]")
        await press.unfold("Fatto: ecco com'è andata")
        await page.locator("summary").filter(has_text="Scrivo la mia versione").click()
        await expect(opened_acts).to_have_count(1)
        await page.locator("summary").filter(has_text="Fatto: ecco com'è andata").click()
        await page.get_by_text("Solo ascoltato").click()
        await page.get_by_label("Che cosa è successo, in poche parole").fill("Voleva essere ascoltato.")
        await press.button("Chiudere il caso")
        await expect(page.get_by_role("status").first).to_contain_text("il caso è chiuso")
        assert press.count <= 3
        await page.get_by_role("link", name="L'azienda").click()
        await ui.shoot(f"desk-company-{scheme}")


@pytest.mark.parametrize(("scheme", "width", "language"), EVERY_LOOK)
async def test_axe_finds_nothing_serious_on_any_page(
    site: Site, scheme: Scheme, width: int, language: str
) -> None:
    made = busy(site)
    with site.db.write() as session:
        for one in (*session.scalars(select(Staff)), *session.scalars(select(Customer))):
            one.language = language
    answer = site.answer("C-1")
    now = datetime.now(UTC)
    with site.db.read() as session:
        manager = session.scalars(select(Staff).where(Staff.ref == "M-1")).one()
        customer = session.scalars(select(Customer).where(Customer.ref == "C-2")).one()
    links = site.links
    async with opened("", scheme, width) as ui:
        for address in (
            site.home,
            f"{site.home}/nothing",
            f"{site.home}/desk",
            f"{site.home}/case/1",
            answer,
            answer.replace("/a/", "/a/x"),
            f"{answer}/withdraw",
            links.unsubscribe(f"f{made['key']}-1", now),
            links.own(manager.id, now),
            links.dossier(customer.id, manager.id, now),
            f"{links.dossier(customer.id, manager.id, now)}/print",
        ):
            await ui.page.goto(address)
            await is_well(ui)
        await enter(ui, site, "M-1")
        for path in (
            "/desk",
            "/desk/find?q=C-",
            "/desk/customer/C-2",
            "/desk/customer/C-1?do=appointment",
            f"/desk/case/{made['case']}",
            f"/desk/case/{made['case']}?do=done",
            f"/desk/commitment/{made['reply']}",
            f"/desk/commitment/{made['call']}?do=hand-over",
            f"/desk/inbound/{made['mail']}?do=assign",
            "/desk/company",
            "/desk/list/cases?sort=-name",
            "/desk/list/commitments",
            "/desk/list/planned?day=week",
            "/desk/list/calls",
            "/desk/list/gaps",
            "/desk/look/welcome-contact/SO-C-1",
        ):
            await ui.page.goto(f"{site.home}{path}")
            await is_well(ui)
            await ui.shoot(f"axe-{path.strip('/').replace('/', '-').partition('?')[0]}-{scheme}")


@pytest.mark.parametrize(("scheme", "width", "language"), EVERY_LOOK)
async def test_axe_finds_nothing_serious_in_any_mail(
    site: Site, scheme: Scheme, width: int, language: str
) -> None:
    composer = Composer(site.policy, site.links)
    async with opened("", scheme, width) as ui:
        for kind in site.policy.mailed_kinds:
            _, letter = next(iter(situations(site.policy, kind, language)))
            await ui.page.set_content(html_of(composer.compose(letter, NOW).body))
            await is_well(ui)


def html_of(raw: bytes) -> str:
    part = message_from_bytes(raw, policy=policy.default).get_body(("html",))
    assert part is not None
    return str(part.get_content())
