"""The hour for a call is read as people write it, in every language that we write, and nothing else is."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from models.rules.calendar.calendars import Place, Window
from models.rules.responses.call_hour import asks_for_call, from_hour, wished

ROME, STAFF = Place("IT", "Europe/Rome"), Window(("08:00-18:00",))
MONDAY = datetime(2026, 3, 16, 9, tzinfo=UTC)
"""Ten o'clock in Rome."""


def _said(words: str, now: datetime = MONDAY) -> str | None:
    found = wished(words, now, ROME, STAFF, ROME)
    if found is None:
        return None
    start, by = (at.astimezone(ZoneInfo(ROME.timezone)) for at in (found.start, found.by))
    return f"{start:%a %H:%M}-{by:%H:%M}"


@pytest.mark.parametrize(
    ("words", "when"),
    [
        ("dopo le 17", "Mon 17:00-18:00"),
        ("Mi richiami dopo le ore 17.30, per favore.", "Mon 17:30-18:30"),
        ("Non prima delle 16", "Mon 16:00-17:00"),
        ("tra le 9 e le 11 di domani", "Tue 09:00-11:00"),
        ("lunedì alle 15", "Mon 15:00-15:30"),
        ("dopo le cinque", "Mon 17:00-18:00"),
        ("prima delle 10", "Tue 09:00-10:00"),
        ("nel pomeriggio", "Mon 14:00-18:00"),
        ("Proszę zadzwonić po godz. 17", "Mon 17:00-18:00"),
        ("po siedemnastej", "Mon 17:00-18:00"),
        ("w środę o 10:30", "Wed 10:30-11:00"),
        ("nie wcześniej niż o 16", "Mon 16:00-17:00"),
        ("między 9 a 11", "Mon 10:00-11:00"),
        ("nach 17 Uhr", "Mon 17:00-18:00"),
        ("Guten Morgen, rufen Sie mich bitte morgen ab 9 Uhr an", "Tue 09:00-10:00"),
        ("zwischen 14 und 16 Uhr", "Mon 14:00-16:00"),
        ("after 5 pm", "Mon 17:00-18:00"),
        ("call me after 5", "Mon 17:00-18:00"),
        ("Friday between 2 and 4 pm", "Fri 14:00-16:00"),
        ("sabato dopo le 17", "Mon 17:00-18:00"),
    ],
)
def test_b35_an_hour_in_words_is_an_hour(words: str, when: str) -> None:
    assert _said(words) == when


@pytest.mark.parametrize(
    "words",
    [
        "nach 5 Tagen",
        "po 17 marca",
        "po 2 godzinach",
        "from 10 people",
        "tel. 333 17-18 22",
        "via Roma 12-14",
        "dopo il 17",
        "Buon pomeriggio, grazie",
        "ordine 2026-11",
        "dopo le 23",
    ],
)
def test_what_is_no_hour_for_a_call_sets_none(words: str) -> None:
    assert _said(words) is None


def test_an_hour_that_is_over_is_the_next_working_days() -> None:
    friday = datetime(2026, 3, 20, 17, 30, tzinfo=UTC)
    assert _said("dopo le 17", friday) == "Mon 17:00-18:00"


def test_a_field_gives_an_hour_that_lies_ahead_and_not_too_far() -> None:
    chosen = from_hour(MONDAY + timedelta(hours=7), MONDAY)
    assert chosen is not None
    assert chosen.by - chosen.start == timedelta(hours=1)
    assert from_hour(MONDAY - timedelta(days=1), MONDAY) is None
    assert from_hour(MONDAY + timedelta(days=90), MONDAY) is None


@pytest.mark.parametrize("words", ["Mi richiami?", "Proszę o telefon", "Bitte um Anruf", "Please ring back"])
def test_a_call_is_asked_for_in_every_language(words: str) -> None:
    assert asks_for_call(words)
