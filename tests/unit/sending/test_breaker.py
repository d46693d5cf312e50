"""Many like answers in a row are about us; one recipient's never is."""

import pytest

from models.rules.sending.answers import Accepted, Answer, Deferred, Doubtful, Lost, Refused
from models.rules.sending.breaker import BreakerLimits, CircuitBreaker, Tripped

LIMITS = BreakerLimits(alike=5, dead_addresses=25, share=0.5, of_last=20)
OK = Accepted(250, "kept")
SPAM = Refused(554, "5.7.1 spam", False)
DEAD = Refused(550, "5.1.1 user unknown", True)
RATE = Refused(550, "sending rate limit exceeded", True)
RELAY = Refused(550, "5.7.1 Unable to relay", True)


def after(
    answers: list[Answer], *, breaker: CircuitBreaker | None = None, would_fail: bool = False
) -> int | None:
    """After how many answers, each for another recipient, the sweep stops."""
    breaker = breaker or CircuitBreaker()
    for number, answer in enumerate(answers, start=1):
        if breaker.hear(answer, f"{number}@x.example", LIMITS, would_fail=would_fail):
            return number
    return None


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (SPAM, 5),
        (RATE, 5),
        (Doubtful("connection lost"), 5),
        (Lost("no reply in time"), 5),
        (Deferred(421, "enough"), 5),
        (RELAY, 2),
        (Refused(530, "log in first", True), 2),
        (DEAD, 25),
        (Deferred(451, "greylisted"), None),
        (OK, None),
    ],
)
def test_so_many_alike_in_a_row_stop_the_sweep(answer: Answer, expected: int | None) -> None:
    assert after([answer] * 100) == expected


def test_what_would_end_contacts_for_good_counts_even_if_it_says_not_now() -> None:
    assert after([Deferred(451, "storage")] * 100, would_fail=True) == 5


def test_one_recipient_is_never_the_server() -> None:
    breaker = CircuitBreaker()
    assert [breaker.hear(RELAY, "a@x.example", LIMITS) for _ in range(9)] == [None] * 9


def test_a_mail_that_is_taken_begins_the_row_anew() -> None:
    assert after([SPAM, SPAM, SPAM, SPAM, OK] * 3) is None


def test_different_refusals_are_not_alike() -> None:
    assert after([Refused(550 + n, f"5.7.{n} no", False) for n in range(9)]) is None


def test_a_large_share_stops_it_too_but_not_of_dead_addresses() -> None:
    assert after([SPAM, OK] * 50) == 21
    assert after([SPAM, OK, OK, OK] * 50) is None
    assert after([DEAD, OK] * 50) is None


def test_after_a_refusal_a_few_are_tried_and_as_many_refusals_are_enough() -> None:
    breaker = CircuitBreaker()
    breaker.try_first(3)
    assert breaker.is_trying
    assert after([SPAM] * 9, breaker=breaker) == 3
    assert after([OK], breaker=breaker) is None
    assert not breaker.is_trying
    assert after([SPAM] * 9, breaker=breaker) == 5


def test_the_words_of_the_server_are_kept() -> None:
    breaker = CircuitBreaker()
    answers = [breaker.hear(SPAM, f"{n}@x.example", LIMITS) for n in range(5)]
    assert answers[-1] == Tripped("554 5.7.1 spam", 5)
