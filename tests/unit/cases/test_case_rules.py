"""The rules about cases, as values."""

from itertools import product

import pytest

from models.languages import CODES
from models.policy import Policy
from models.rules.cases import closing
from models.rules.cases.acting import Act, ActError, check, may, side_of
from models.rules.commitments.tries import NextCaller, after_try
from models.rules.escalation.random_calls import is_drawn
from models.rules.mailboxes.colleagues import Wish, references, wish
from models.words import CaseReasonKind, Outcome, Role
from tasks.mails.labels import label
from tests.unit.mails.test_composer import parsed, part
from tests.unit.mails.test_samples import NOW, composer, every_letter

_BLAME = {
    "it": (
        "colpa",
        "colpevole",
        "negligenza",
        "avete sbagliato",
        "non ha fatto",
        "inadempiente",
        "rimprover",
    ),
    "pl": ("wina", "winny", "zaniedbani", "zawinił", "nie zrobił", "nagan", "upomnieni"),
    "en": ("blame", "fault of", "negligen", "you failed", "failed to", "guilty", "reprimand"),
    "de": ("schuld", "verschulden", "vorwurf", "versagt", "fehler von", "nachlässig"),
}


def test_b07_no_mail_to_our_own_people_blames_anybody_and_each_says_that_it_is_routine(
    policy: Policy,
) -> None:
    ours = {
        kind
        for kind, one in policy.cadences.items()
        if one.subject in {"case", "commitment", "inbound", "staff"}
    }
    found = set()
    for one in every_letter(policy):
        if one.kind not in ours or one.nudge:
            continue
        words = " ".join(part(parsed(composer(policy).compose(one, NOW)), "plain").split())
        found.add((one.kind, one.language))
        assert label(one.language, "case.routine") in words, (one.kind, one.language)
        assert not [word for word in _BLAME[one.language] if word in words.lower()], (one.kind, words)
    assert found == set(product(ours, CODES))


@pytest.mark.parametrize("role", list(Role))
def test_b04_whoever_sells_adds_and_asks_and_delays_nothing(role: Role) -> None:
    allowed = {act for act in Act if may(role, act)}
    assert allowed == ({Act.STATEMENT, Act.RAISE, Act.HELP} if role is Role.SELLER else set(Act))
    if role is Role.SELLER:
        with pytest.raises(ActError, match="after-sale and managers"):
            check(role, Act.SNOOZE)


@pytest.mark.parametrize("outcome", [one for one in Outcome if one is not Outcome.ANSWERED])
@pytest.mark.parametrize(
    "sides", [(), ("seller",), ("seller", "manager"), ("customer",), ("seller", "customer")]
)
def test_b02_only_solved_needs_the_customers_own_version(outcome: Outcome, sides: tuple[str, ...]) -> None:
    refused = closing.refusal(outcome, sides) is not None
    assert refused == (outcome is Outcome.SOLVED and "customer" not in sides)


@pytest.mark.parametrize(
    ("outcome", "reason", "asked"),
    [
        (Outcome.SOLVED, CaseReasonKind.LOW_RATING, True),
        (Outcome.ONLY_LISTENED, CaseReasonKind.TROUBLE_WORDS, True),
        (Outcome.NOT_REACHED, CaseReasonKind.CALL_ME, False),
        (Outcome.AGREED, CaseReasonKind.SILENT, False),
        (Outcome.NOT_REACHED, CaseReasonKind.UNDELIVERABLE, False),
        (Outcome.ANSWERED, CaseReasonKind.CALL_ME, False),
    ],
)
def test_b22_who_complained_and_was_reached_is_asked_and_nobody_else(
    outcome: Outcome, reason: CaseReasonKind, asked: bool
) -> None:
    assert closing.asks_again(outcome, [reason]) == asked


@pytest.mark.parametrize(
    ("number", "has_deputy", "by"),
    [
        (1, True, NextCaller.SAME),
        (2, True, NextCaller.DEPUTY),
        (2, False, NextCaller.SAME),
        (3, True, NextCaller.CUSTOMER),
        (4, True, NextCaller.SAME),
    ],
)
def test_after_each_try_somebody_goes_on(number: int, has_deputy: bool, by: NextCaller) -> None:
    assert after_try(number, ["3 hours", "11 hours"], has_deputy=has_deputy).by is by


def test_b27_the_lot_is_the_same_whenever_it_is_drawn_and_as_large_as_it_should_be() -> None:
    names = [f"order {number} satisfaction-check one-month" for number in range(10_000)]
    drawn = [name for name in names if is_drawn("seguito", name, 0.05)]
    assert drawn == [name for name in names if is_drawn("seguito", name, 0.05)]
    assert 400 < len(drawn) < 600
    assert set(drawn) <= {
        name for name in names if is_drawn("seguito", name, 0.1)
    }  # a larger share adds to it
    assert drawn != [name for name in names if is_drawn("another seed", name, 0.05)]
    assert not any(is_drawn("seguito", name, 0) for name in names)
    assert all(is_drawn("seguito", name, 1) for name in names)


@pytest.mark.parametrize(
    ("text", "wanted", "refs"),
    [
        ("Caso SO-1042: cliente scontento", Wish.RAISE, ["SO-1042", "cliente", "scontento"]),
        ("Re: I: Aiuto C-0042", Wish.HELP, ["C-0042"]),
        ("Zgłaszam SO-7.", Wish.RAISE, ["SO-7"]),
        ("POMOC (SO-7)", Wish.HELP, ["SO-7"]),
        ("Help: SO-7", Wish.HELP, ["SO-7"]),
        ("Helper SO-7", None, ["SO-7"]),
        ("Ferie dal 3 al 14", None, ["dal", "3", "al", "14"]),
        ("", None, []),
    ],
)
def test_what_a_colleague_wants_is_the_first_word(text: str, wanted: Wish | None, refs: list[str]) -> None:
    assert (wish(text), references(text)) == (wanted, refs)


def test_words_stand_on_the_side_of_the_role() -> None:
    assert [side_of(role) for role in ("seller", "after-sale", "manager", "director")] == [
        "seller",
        "after-sale",
        "manager",
        "manager",
    ]
