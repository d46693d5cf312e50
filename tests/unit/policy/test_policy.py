"""A policy that cannot hold is refused with the line and the fix, whichever word is wrong."""

import pytest

from models.policy import PolicyError, parse
from tests.conftest import ROOT

TEXT = (ROOT / "policy.toml").read_text(encoding="utf-8")


def refusal(kind: str, old: str, new: str) -> tuple[str, int]:
    """What is said of the policy with one setting of a cadence changed, and the line that was changed."""
    head, section, rest = TEXT.partition(f"[cadences.{kind}]")
    before, found, after = rest.partition(old)
    assert section
    assert found
    with pytest.raises(PolicyError) as raised:
        parse(f"{head}{section}{before}{new}{after}")
    return str(raised.value), f"{head}{section}{before}".count("\n") + 1


SLIPS = [
    ("welcome-contact", 'subject = "order"', 'subject = "orders"', "'orders' is no subject"),
    ("welcome-contact", 'anchor = "signed"', 'anchor = "singed"', "'singed' is no date of an order"),
    (
        "payment-notice",
        'anchor = "due"',
        'anchor = "signed"',
        "'signed' is no date of an invoice; choose from issued",
    ),
    ("case-notice", 'audience = "manager"', 'audience = "manger"', "'manger' is no audience of a case"),
    (
        "case-notice",
        'audience = "manager"',
        'audience = "billing"',
        "choose from owner, seller, after-sale, manager, director",
    ),
    (
        "payment-notice",
        'audience = "billing"',
        'audience = "biling"',
        "'biling' is no audience of an invoice",
    ),
    ("welcome-contact", '"call-me"]', '"cal-me"]', "'cal-me' is no answer; choose from rating"),
    ("welcome-contact", 'on_silence = "nothing"', 'on_silence = "none"', "choose from case, draw, nothing"),
    ("satisfaction-check", "nudges = 1", "nudges = -1", "write 0 or more"),
    ("satisfaction-check", 'wait = "4 business days"', "", "nobody is nudged without a wait"),
    ("welcome-contact", 'sweep = "welcome-contact"', 'sweep = "welcome"', "'welcome' is no sweep"),
]


@pytest.mark.parametrize(("kind", "old", "new", "said"), SLIPS, ids=[new or old for _, old, new, _ in SLIPS])
def test_a_slip_of_the_pen_is_named_with_line_and_fix(kind: str, old: str, new: str, said: str) -> None:
    message, line = refusal(kind, old, new)
    assert said in message
    assert message.startswith("policy.toml, line ")
    if old.split(" ", maxsplit=1)[0] in new:
        assert f"line {line}:" in message


def test_every_slip_is_told_at_once() -> None:
    text = TEXT.replace('audience = "billing"', 'audience = "biling"')
    with pytest.raises(PolicyError) as raised:
        parse(text)
    lines = str(raised.value).splitlines()
    assert len(lines) == TEXT.count('audience = "billing"')
    assert len({line.split(":")[0] for line in lines}) == len(lines)


def test_an_order_may_have_dates_of_other_names() -> None:
    policy = parse(TEXT.replace('anchor = "delivered"', 'anchor = "survey"'))
    assert policy.cadences["satisfaction-check"].anchor == "survey"
