"""Mails in the forms of some ninety mail systems, and replies that look like what they are not.

They were written, with what is expected of them, before the rules were looked at
(docs/explanation/inbound.md has the first score).
"""

import pytest

from tasks.inbound.message import BounceCause, Verdict
from tests.first_look import Sample, bounces, judged_bounce, judged_report, replies, reports

HELD_BACK = {"it-desk", "pl-zgloszenie", "en-thanks-desk"}
"""Help desks and weak headers: people write under them, so a person looks."""


LOTS = ("reports", "reports-2", "reports-3", "reports-4", "reports-5")
TO_A_PERSON = {"own-quota-notice", "human-via-postmaster-fwd", "held-for-moderator"}
"""Somebody writes from a mail system's own address, or may: a person looks."""
MISSED = {"as400"}
"""Nothing tells it from a person who writes of a mail that came back; it is read as that."""


def _named(sample: Sample) -> str:
    return sample.name


@pytest.mark.parametrize("sample", [*bounces(), *bounces("bounces-2"), *bounces("bounces-3")], ids=_named)
def test_a_bounce_names_whom_it_did_not_reach_and_whether_for_good(sample: Sample) -> None:
    assert judged_bounce(sample) == "right"


@pytest.mark.parametrize("sample", [one for lot in LOTS for one in reports(lot)], ids=_named)
def test_a_report_is_what_it_is_and_nothing_costs_an_address_or_an_answer(sample: Sample) -> None:
    expected = "wrong" if sample.name in MISSED else "doubt" if sample.name in TO_A_PERSON else "right"
    assert judged_report(sample) == expected


@pytest.mark.parametrize("sample", replies("automatic"), ids=_named)
def test_an_automatic_reply_is_none_of_a_person(sample: Sample) -> None:
    expected = Verdict.DOUBTFUL if sample.name in HELD_BACK else Verdict.AUTOMATIC
    assert sample.read().verdict == expected


@pytest.mark.parametrize("sample", replies("human"), ids=_named)
def test_a_persons_words_are_never_taken_for_a_machines(sample: Sample) -> None:
    assert sample.read().verdict in {Verdict.HUMAN, Verdict.DOUBTFUL}


def test_a_mailbox_that_is_full_while_the_server_goes_on_trying_is_left_to_the_server() -> None:
    [sample] = [sample for sample in bounces() if sample.name == "postfix-full-452"]
    assert [one.cause for one in sample.read().bounced] == [BounceCause.DELAYED]
