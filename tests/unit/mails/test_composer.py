import re
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default
from html import unescape
from quopri import decodestring

import pytest

from models.languages import CODES
from models.policy import Policy
from models.words import OF_STAFF
from tasks.mails.composer import ComposedMail
from tasks.mails.labels import label
from tasks.mails.letter import Contact, Letter
from tasks.mails.mime import AddressError
from tests.unit.mails.test_samples import (
    ARCHIVE,
    DEPUTY,
    GOODS,
    INVOICES,
    MANAGER,
    NOW,
    OWNER,
    composer,
    every_letter,
    kinds_that_send,
    letter,
    links,
)

UNEASY_WORDS = re.compile(
    r"debit|mora\b|mancat|insolut|sollecit|dług|zaległ|windyk|wezwan|debt|overdue|unpaid|recover|warning",
    re.IGNORECASE,
)


def parsed(mail: ComposedMail) -> EmailMessage:
    message = message_from_bytes(mail.body, policy=default)
    assert isinstance(message, EmailMessage)
    return message


def part(message: EmailMessage, subtype: str) -> str:
    found = message.get_body((subtype,))
    assert found is not None
    content: str = found.get_content()
    return content.replace("\r\n", "\n")


def parts(mail: ComposedMail) -> tuple[str, str]:
    """Both parts, without the standard library's parser, which takes ten milliseconds a mail."""
    bodies = [
        piece.partition(b"\r\n\r\n")[2] for piece in re.split(rb"\r\n--=_seguito(?:--)?\r\n", mail.body)[1:3]
    ]
    text, html = (decodestring(body).decode().replace("\r\n", "\n") for body in bodies)
    return text, html


def words(html: str) -> str:
    """What a reader of the HTML sees, without layout and blanks."""
    visible = re.sub(r"<(style|title)>.*?</\1>", " ", html, flags=re.DOTALL)
    return "".join(unescape(re.sub(r"<[^>]+>", "", visible)).split())


def by_the_standard_library(one: Letter, mail: ComposedMail) -> EmailMessage:
    message, ours = EmailMessage(policy=SMTP), parsed(mail)
    message["To"] = f'"{one.recipient_name}" <{one.recipient}>'
    message["Subject"] = mail.subject
    message["Message-ID"] = mail.message_id
    message["Date"] = NOW
    message.set_content(part(ours, "plain"), cte="quoted-printable")
    message.add_alternative(part(ours, "html"), subtype="html", cte="quoted-printable")
    if one.agreed is not None:
        [file] = ours.iter_attachments()
        message.add_attachment(str(file.get_content()), subtype="calendar", filename="calendar.ics")
    again = message_from_bytes(message.as_bytes(), policy=default)
    assert isinstance(again, EmailMessage)
    return again


@pytest.mark.parametrize("language", CODES)
def test_every_mail_is_sound_and_says_the_same_twice(policy: Policy, language: str) -> None:
    write = composer(policy)
    for one in (some for some in every_letter(policy) if some.language == language):
        text, html = parts(write.compose(one, NOW))
        assert "None" not in text
        assert not re.search(r"[{}<]|  |\.\.|r\. r\.| [.,;]|\.[A-Z]\w", re.sub(r"https://\S+", "", text))
        seen = words(html)
        for line in re.split(r"\n-- \n", text)[0].splitlines():
            said = re.sub(r"https://\S+|tel:\S+", "", line.removeprefix("- ")).strip(" :,")
            assert "".join(re.sub(r"^[1-5] .*", "", said).split()) in seen, (one.kind, line)


@pytest.mark.parametrize("language", CODES)
def test_every_mail_is_written_as_the_standard_library_would(policy: Policy, language: str) -> None:
    write = composer(policy)
    for kind in kinds_that_send(policy):
        one = letter(policy, kind, language)
        mail = write.compose(one, NOW)
        ours, theirs = parsed(mail), by_the_standard_library(one, mail)
        assert not any(piece.defects for piece in ours.walk())
        assert parts(mail) == (part(ours, "plain"), part(ours, "html"))
        for name in ("To", "Subject", "Message-ID", "Date", "MIME-Version"):
            assert str(ours[name]).split() == str(theirs[name]).split()  # it doubles spaces where it folds
        assert [piece.get_content_type() for piece in ours.walk()] == [
            piece.get_content_type() for piece in theirs.walk()
        ]
        for subtype in ("plain", "html"):
            assert part(ours, subtype) == part(theirs, subtype)


def test_lines_end_with_crlf_and_are_short(policy: Policy) -> None:
    for one in every_letter(policy):
        body = composer(policy).compose(one, NOW).body
        assert body.isascii()
        assert b"\n" not in body.replace(b"\r\n", b"")
        assert b"\r" not in body.replace(b"\r\n", b"")
        head, _, rest = body.partition(b"\r\n\r\n")
        assert max(map(len, rest.split(b"\r\n"))) <= 76
        assert max(map(len, head.split(b"\r\n"))) <= 140  # an address in brackets cannot be folded


def test_composing_again_gives_the_same_bytes(policy: Policy) -> None:
    one = letter(policy, "satisfaction-check", "pl")
    assert composer(policy).compose(one, NOW) == composer(policy).compose(one, NOW)
    assert composer(policy).compose(one, NOW + timedelta(hours=1)).message_id == composer(policy).message_id(
        one.key
    )


def test_nothing_is_fetched_and_nobody_is_watched(policy: Policy) -> None:
    for one in every_letter(policy):
        _, html = parts(composer(policy).compose(one, NOW))
        assert not re.search(r"<img|<link|<script|src=|url\(|@import", html)


def test_machines_can_tell_what_it_is(policy: Policy) -> None:
    mail = composer(policy).compose(letter(policy, in_reply_to="<earlier@casabelvedere.example>"), NOW)
    message = parsed(mail)
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "All"
    assert message["Content-Language"] == "it"
    assert message["In-Reply-To"] == message["References"] == "<earlier@casabelvedere.example>"
    assert message["Message-ID"] == mail.message_id
    assert links().read_reply_to(message["Reply-To"]) == "f123-1"
    assert message["From"].addresses[0].display_name == policy.company.name
    assert message["Date"].datetime == NOW


def test_the_archive_gets_a_blind_copy(policy: Policy) -> None:
    mail = composer(policy).compose(letter(policy), NOW)
    assert mail.recipients == ("m.b@posta.example", ARCHIVE)
    assert b"archive@" not in mail.body
    assert composer(policy, None).compose(letter(policy), NOW).recipients == ("m.b@posta.example",)


def test_only_courtesies_can_be_unsubscribed_from(policy: Policy) -> None:
    for kind in kinds_that_send(policy):
        message = parsed(composer(policy).compose(letter(policy, kind), NOW))
        assert ("List-Unsubscribe" in message) == (kind in {"arrival-check", "satisfaction-check"})
    message = parsed(composer(policy).compose(letter(policy, "satisfaction-check"), NOW))
    url = message["List-Unsubscribe"].strip("<>")
    assert links().read_unsubscribe(url.rpartition("/")[2], 1) == "f123-1"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert url in part(message, "plain")


@pytest.mark.parametrize("language", CODES)
def test_b27_every_customer_mail_has_a_way_to_the_manager(policy: Policy, language: str) -> None:
    for kind in (one for one in kinds_that_send(policy) if policy.cadences[one].subject not in OF_STAFF):
        message = parsed(composer(policy).compose(letter(policy, kind, language), NOW))
        for subtype in ("plain", "html"):
            assert MANAGER.name in part(message, subtype)
            assert str(MANAGER.phone) in part(message, subtype)
        alone = parsed(composer(policy).compose(letter(policy, kind, language, manager=None), NOW))
        way = label(language, "contact.nobody").format(phone=policy.company.phone)
        assert way in part(alone, "plain")
        assert "".join(way.split()) in words(part(alone, "html"))


@pytest.mark.parametrize("language", CODES)
def test_b30_the_welcome_names_owner_and_deputy(policy: Policy, language: str) -> None:
    text = part(parsed(composer(policy).compose(letter(policy, language=language), NOW)), "plain")
    opening, _, closing = text.partition("CB-2026-0147")
    for person in (OWNER, DEPUTY):
        assert person.name in opening
        assert str(person.phone) in closing


def test_the_welcome_says_what_was_bought_promised_and_until_when_it_can_be_undone(policy: Policy) -> None:
    text = part(parsed(composer(policy).compose(letter(policy), NOW)), "plain")
    assert GOODS.description in text
    assert "Consegnato: venerdì 13 marzo 2026" in text
    assert f"«{GOODS.seller_promise}»" in text
    assert "entro venerdì 27 marzo 2026 (giorno compreso)" in text
    waits = GOODS._replace(withdrawal="from-delivery", withdrawal_until=None)
    told = part(parsed(composer(policy).compose(letter(policy, order=waits), NOW)), "plain")
    assert "ha 14 giorni di tempo dalla consegna" in told
    none = part(
        parsed(composer(policy).compose(letter(policy, order=GOODS._replace(withdrawal="")), NOW)),
        "plain",
    )
    assert "recedere" not in none


def test_a_service_is_completed_not_delivered(policy: Policy) -> None:
    work = GOODS._replace(is_service=True, description="Montaggio")
    for kind in (
        "order-confirmation",
        "welcome-contact",
        "delay-alert",
        "new-date-alert",
        "progress-update",
        "arrival-check",
        "satisfaction-check",
    ):
        text = part(parsed(composer(policy).compose(letter(policy, kind, order=work), NOW)), "plain")
        assert not re.search("consegn|arrivat", text.lower())


@pytest.mark.parametrize("language", CODES)
def test_money_matters_have_a_neutral_subject(policy: Policy, language: str) -> None:
    for one in every_letter(policy):
        if one.invoices and one.language == language:
            assert not UNEASY_WORDS.search(composer(policy).compose(one, NOW).subject)


def test_a_letter_lists_every_invoice_and_a_total_for_each_currency(policy: Policy) -> None:
    mail = composer(policy).compose(letter(policy, "payment-reminder"), NOW)
    text = part(parsed(mail), "plain")
    for invoice in INVOICES:
        assert f"Fattura {invoice.ref}: " in text
    assert "Totale: 12.854,50\u00a0€ + 570,00\u00a0PLN" in text
    assert mail.subject == "Fatture FT-2026/311, FT-2026/298, FT-2026/299 (+1): un promemoria"
    one = part(
        parsed(composer(policy).compose(letter(policy, "payment-reminder", invoices=INVOICES[:1]), NOW)),
        "plain",
    )
    assert "Totale" not in one


def test_a_manager_s_call_is_told_only_when_it_was_made(policy: Policy) -> None:
    def said(call: str | None) -> str:
        mail = composer(policy).compose(
            letter(policy, "credit-recovery-warning", "en", manager_call=call), NOW
        )
        return part(parsed(mail), "plain")

    assert "Thank you for the time" in said("spoken")
    assert "tried to reach you" in said("tried")
    assert "phone" not in said(None)


def test_every_answer_has_a_button_that_leads_back_to_this_message(policy: Policy) -> None:
    message = parsed(composer(policy).compose(letter(policy, "satisfaction-check", "pl"), NOW))
    for subtype in ("plain", "html"):
        found = re.findall(
            r"https://answers\.example/a/([\w.-]+)\?([\w=&-]+)", unescape(part(message, subtype))
        )
        assert {links().read_answer(token, 1) for token, _ in found} == {"f123-1"}
        assert [query for _, query in found] == [
            *(f"say=rating&score={score}" for score in range(1, 6)),
            "say=call-me",
            "say=not-arrived",
            "say=not-solved",
        ]


def test_a_dossier_tells_all_and_has_two_links(policy: Policy) -> None:
    message = parsed(composer(policy).compose(letter(policy, "case-notice", "en"), NOW))
    text = part(message, "plain")
    for told in (
        "The rating was low",
        "a-word-of-the-policy",
        "I have called three times. Nobody could say.",
        "9 Mar 2026, 10:00: Sent: order confirmation",
        str(GOODS.seller_promise),
        "Introduced by Studio Bruni",
        "FT-2026/311",
        "+48 22 555 01 99",
        label("en", "case.routine"),
    ):
        assert told in text
    found = re.findall(r"https://answers\.example/c/([\w.-]+)\?do=(\w+)", text)
    assert [(links().read_case(token, 1), do) for token, do in found] == [
        ((12, 3), "take"),
        ((12, 3), "done"),
    ]
    assert 'href="tel:+48225550199"' in part(message, "html")


@pytest.mark.parametrize(
    "address", ["nobody", "a@b\r\nBcc: x@y.example", "a b@c.example", "ż@posta.example", ""]
)
def test_an_address_that_is_none_is_refused(policy: Policy, address: str) -> None:
    with pytest.raises(AddressError):
        composer(policy).compose(letter(policy, recipient=address), NOW)


def test_a_domain_with_other_letters_is_translated(policy: Policy) -> None:
    assert composer(policy).compose(letter(policy, recipient="anna@łódź.example"), NOW).recipients[0] == (
        "anna@xn--d-uga0v4h.example"
    )


def test_a_key_that_could_break_a_header_is_refused(policy: Policy) -> None:
    with pytest.raises(ValueError, match="message key"):
        composer(policy).compose(letter(policy, key="f1>\r\n"), NOW)


def test_contacts_without_phone_or_mail_are_shown_as_they_are(policy: Policy) -> None:
    mail = composer(policy).compose(letter(policy, owner=Contact("Jan <b>Nowak</b>"), deputy=None), NOW)
    assert "Jan &lt;b&gt;Nowak&lt;/b&gt;" in part(parsed(mail), "html")
    assert "Jan <b>Nowak</b>\n" in part(parsed(mail), "plain")
