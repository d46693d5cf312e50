"""What a policy leaves out of the promised behaviours is named, refused by the check, and allowed only by its name."""

import re
from pathlib import Path

import pytest

from models import policy as policies
from models.policy import PolicyError
from models.rules.planning.promises import NAMES

TEXT = (Path(__file__).parents[3] / "policy.toml").read_text(encoding="utf-8")


def without(name: str) -> str:
    return re.sub(rf"(?ms)^\[cadences\.{name}\].*?(?=^\[|\Z)", "", TEXT)


def within(name: str, old: str, new: str) -> str:
    found = re.search(rf"(?ms)^\[cadences\.{name}\].*?(?=^\[|\Z)", TEXT)
    assert found
    assert old in found[0]
    return TEXT.replace(found[0], found[0].replace(old, new, 1), 1)


CHANGED = {
    "no-case-notice": without("case-notice"),
    "no-inbound-notice": without("inbound-notice"),
    "no-ladders": re.sub(r"(?ms)^\[ladders\..*?(?=^\[(?!ladders)|\Z)", "", TEXT),
    "no-delay-alert": without("delay-alert"),
    "no-new-date-alert": without("new-date-alert"),
    "no-confirmation": without("order-confirmation"),
    "no-welcome-alarm": without("welcome-missing"),
    "late-welcome-alarm": within("welcome-missing", "50% of withdrawal", "500% of withdrawal"),
    "no-listening-call": without("listening-call"),
    "warning-without-call": within("credit-recovery-warning", '"listened", ', ""),
    "warning-without-signature": within("credit-recovery-warning", '"signed", ', ""),
    "complaint-holds-nothing": within("payment-reminder", '"open-complaint", ', ""),
    "delay-can-be-stopped": within("delay-alert", 'window = "news"', 'window = "news"\nextra = true'),
    "silence-ends-in-nothing": re.sub(r'on_silence = "(case|draw|list)"', 'on_silence = "nothing"', TEXT),
    "delay-owes-no-day": within("delay-alert", 'owes = "set-appointment"', ""),
    "no-missing-date-alarm": without("missing-date"),
    "no-welcome": within("welcome-contact", '"rating", ', ""),
    "no-satisfaction-check": without("satisfaction-check"),
    "no-re-check": without("re-check"),
    "no-acknowledgement": without("acknowledgement"),
    "no-version-request": without("version-request"),
    "no-not-reached-mail": without("not-reached"),
    "no-progress-news": without("progress-update"),
    "no-random-calls": TEXT.replace("silent_call_share = 0.05", "silent_call_share = 0"),
    "stale-at-once": within("new-date-alert", 'max_late = "3 days"', 'max_late = "0 hours"'),
    "short-staff-hours": TEXT.replace('hours = ["08:00-18:00"]', 'hours = ["08:00-08:01"]'),
}


def test_the_shipped_policy_leaves_nothing_out() -> None:
    assert policies.parse(TEXT).gaps == []
    assert CHANGED.keys() == NAMES


@pytest.mark.parametrize("name", sorted(CHANGED))
def test_a_gap_is_named_and_allowed_by_its_name_alone(name: str) -> None:
    gaps = policies.parse(CHANGED[name]).gaps
    assert name in [gap.name for gap in gaps]
    accepted = policies.parse(f'accepts = ["{name}"]\n{CHANGED[name]}')
    assert name in accepted.accepts


def test_a_formal_warning_needs_the_call_wherever_it_stands() -> None:
    early = within("credit-recovery-warning", 'after = "30 days"', 'after = "10 days"')
    found = re.search(r"(?ms)^\[cadences\.credit-recovery-warning\].*?(?=^\[|\Z)", early)
    assert found
    bare = early.replace(found[0], found[0].replace('needs = ["listened", "signed", ', "needs = ["), 1)
    assert {gap.name for gap in policies.parse(bare).gaps} == {
        "warning-without-call",
        "warning-without-signature",
    }


def test_silence_that_each_step_ends_in_nothing_is_named_too() -> None:
    muted = re.sub(r'on_silence = "draw"', 'on_silence = "nothing"', TEXT)
    steps = within(
        "satisfaction-check", 'name = "first-days", ', 'name = "first-days", on_silence = "nothing", '
    )
    assert "silence-ends-in-nothing" not in {gap.name for gap in policies.parse(steps).gaps}
    both = re.sub(r'on_silence = "draw"', 'on_silence = "nothing"', steps)
    assert muted != both
    assert "silence-ends-in-nothing" in {gap.name for gap in policies.parse(both).gaps}


def test_what_is_no_gap_cannot_be_accepted() -> None:
    with pytest.raises(PolicyError, match="is no gap that there can be; choose from"):
        policies.parse(f'accepts = ["no-coffee"]\n{TEXT}')
    assert policies.parse(f'accepts = ["no-delay-alert"]\n{TEXT}').gaps == [], (
        "what was mended since does no harm"
    )
