"""Who stands for the company today: values in, a person out."""

from dataclasses import replace
from datetime import date

from models.rules.escalation.ownership import (
    Person,
    named_to_customer,
    on_duty,
    owner_and_deputy,
    reached,
    stand_in,
    standing,
)
from models.rules.escalation.recipients import NoticeFor, addressee
from models.rules.planning.step_key import StepKey

DAY = date(2026, 3, 18)
ANNA = Person(1, "after-sale", "it", "a-1@casa.example")
EWA = Person(2, "after-sale", "pl", "a-2@casa.example")
MARCO = Person(3, "manager", "it", "m-1@casa.example", deputy_id=4)
DIRECTOR = Person(4, "director", "it", "d-1@casa.example")
SELLER = Person(5, "seller", "it", "s-1@casa.example")
EVERYBODY = (ANNA, EWA, MARCO, DIRECTOR, SELLER)


def away(one: Person) -> Person:
    return replace(one, absent_from=DAY, absent_until=DAY)


def without_address(one: Person) -> Person:
    return replace(one, email=None)


def notice(about: str, audience: str, named: int | None, *, personal: bool = False) -> NoticeFor:
    return NoticeFor((about, 3), StepKey("opened"), audience, named, "it", is_personal=personal)


def test_an_absence_holds_from_its_first_day_to_its_last() -> None:
    assert not away(ANNA).is_there(DAY)
    assert away(ANNA).is_there(date(2026, 3, 17))
    assert away(ANNA).is_there(date(2026, 3, 19))


def test_a_role_is_reached_by_language_then_upwards_then_downwards() -> None:
    assert standing(EVERYBODY, "after-sale", "pl", DAY) == EWA.id
    assert standing(EVERYBODY, "after-sale", "de", DAY) == ANNA.id
    assert standing((away(ANNA), without_address(EWA), MARCO), "after-sale", "it", DAY) == MARCO.id
    assert standing((ANNA, EWA), "manager", "it", DAY) is None
    assert reached((SELLER, EWA), "manager", "it", DAY) == EWA.id
    assert reached((SELLER,), "manager", "it", DAY) == SELLER.id


def test_who_acts_is_the_owner_else_the_deputy_else_the_desk() -> None:
    assert on_duty(EVERYBODY, 2, 1, "it", DAY) == (2, 1)
    assert on_duty((ANNA, away(EWA), MARCO), 2, 1, "it", DAY) == (1, MARCO.id)
    assert on_duty((without_address(ANNA), away(EWA), MARCO), 2, 1, "it", DAY) == (MARCO.id, 2)
    assert on_duty((), None, None, "it", DAY) == (None, None)


def test_a_managers_mail_is_read_by_the_deputy_or_another_when_the_manager_is_away() -> None:
    assert stand_in(EVERYBODY, 3, "it", DAY) == MARCO.id
    assert stand_in((ANNA, away(MARCO), DIRECTOR), 3, "it", DAY) == DIRECTOR.id
    assert stand_in((ANNA, without_address(MARCO), away(DIRECTOR)), 3, "it", DAY) == ANNA.id


def test_a_notice_goes_to_whoever_it_was_planned_for_or_stands_in() -> None:
    assert addressee(notice("case", "manager", 2), EVERYBODY, DAY) == EWA.id, (
        "a case stays where it was given"
    )
    assert addressee(notice("case", "manager", 2), (ANNA, away(EWA), MARCO), DAY) == MARCO.id
    assert addressee(notice("order", "seller", 5), EVERYBODY, DAY) == SELLER.id
    assert addressee(notice("order", "seller", 5), (ANNA, away(SELLER)), DAY) is None, "nobody else's version"
    assert addressee(notice("order", "owner", 2), EVERYBODY, DAY) == EWA.id
    assert addressee(notice("order", "owner", 2), (ANNA, away(EWA)), DAY) == ANNA.id
    assert addressee(notice("order", "owner", None), (SELLER,), DAY) == SELLER.id
    assert addressee(notice("staff", "manager", 3), (ANNA, away(MARCO), DIRECTOR), DAY) == DIRECTOR.id
    assert addressee(notice("staff", "owner", 3, personal=True), (ANNA, away(MARCO)), DAY) == MARCO.id
    assert addressee(notice("staff", "owner", 3, personal=True), (ANNA,), DAY) is None


def test_b35_a_deputy_who_is_away_is_named_to_nobody() -> None:
    carla = Person(6, "after-sale", "it", "a-3@casa.example")
    anna = replace(ANNA, deputy_id=EWA.id)
    assert owner_and_deputy((anna, EWA, MARCO), "it", 0, DAY) == (ANNA.id, EWA.id)
    desk = (anna, away(EWA), carla, MARCO)
    for number in range(4):
        owner, deputy = owner_and_deputy(desk, "it", number, DAY)
        assert {owner, deputy} == {ANNA.id, carla.id}
        assert named_to_customer(desk, (None, None), "it", number, DAY) == (owner, deputy)
    assert owner_and_deputy((away(ANNA), EWA), "it", 0, DAY)[0] == EWA.id, (
        "whoever is there goes before a language"
    )
