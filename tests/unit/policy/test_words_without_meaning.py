"""A word of the policy that means nothing for its subject is refused, with the line and the fix."""

from pathlib import Path

import pytest

from models import policy as policies
from models.policy import PolicyError

TEXT = (Path(__file__).parents[3] / "policy.toml").read_text(encoding="utf-8")


def changed(kind: str, line: str) -> str:
    head = next(one for one in TEXT.splitlines() if one.startswith(f"[cadences.{kind}]"))
    return TEXT.replace(head, f"{head}\n{line}", 1)


@pytest.mark.parametrize(
    ("kind", "line", "said"),
    [
        ("inbound-notice", 'wait = "1 business day"', "nobody waits for an answer"),
        ("case-notice", 'wait = "2 days"', "nobody waits for an answer"),
        ("commitment-notice", "extra = true", "nobody waits for an answer"),
        ("daily-digest", 'opens_case = "silent"', "a matter of our own already"),
        ("own-page", 'owes = "phone"', "a matter of our own already"),
        ("welcome-contact", 'asks = "signature"', "a manager decides about invoices"),
        ("welcome-contact", "one_letter = true", "one letter lists invoices"),
    ],
)
def test_a_word_that_means_nothing_here_is_refused(kind: str, line: str, said: str) -> None:
    with pytest.raises(PolicyError) as refused:
        policies.parse(changed(kind, line))
    message = str(refused.value)
    assert said in message
    assert f"cadences.{kind}.{line.partition(' ')[0]}" in message
    assert "take it out" in message
    number = int(message.partition("line ")[2].partition(":")[0])
    assert changed(kind, line).splitlines()[number - 1] == line
