"""The gallery as it was looked at and read. What differs is read again, and then kept: `make gallery`, `git diff`."""

import os
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from models.languages import CODES
from models.policy import Policy
from tasks.mails.marks import in_words
from tasks.mails.situations import situations
from tests.unit.mails.test_brand import html, sent
from tests.unit.mails.test_samples import NOW, composer, kinds_that_send

_KEPT = Path(__file__).parent / "gallery"


def check(name: str, found: str) -> None:
    """Compare with what is kept under a name, or keep it."""
    path = _KEPT / name
    if os.environ.get("SEGUITO_TEST_RENEW"):
        path.write_text(found, encoding="utf-8")
    assert path.read_text(encoding="utf-8").splitlines() == found.splitlines()


def words(policy: Policy, language: str) -> Iterator[str]:
    """Every line that a message has in any situation, once a message."""
    for kind in kinds_that_send(policy):
        seen: set[str] = set()
        for situation, letter in situations(policy, kind, language):
            subject, paragraphs = composer(policy).written(letter)
            lines = [f"  Subject: {subject}", *(f"  {tag}: {in_words(said)}" for tag, said in paragraphs)]
            new = [line for line in dict.fromkeys(lines) if line not in seen]
            if new:
                yield f"{kind}, {situation}"
                yield from new
            seen |= set(new)


@pytest.mark.parametrize("language", CODES)
def test_the_words_of_every_message_are_those_that_were_read(policy: Policy, language: str) -> None:
    check(f"{language}.txt", "\n".join(words(policy, language)) + "\n")


@pytest.mark.parametrize(("kind", "language"), [("payment-reminder", "it"), ("case-notice", "pl")])
def test_the_html_of_a_message_is_the_one_that_was_looked_at(
    policy: Policy, kind: str, language: str
) -> None:
    check(f"{kind}-{language}.html", html(sent(policy, kind, language)))


@pytest.mark.slow
def test_the_html_of_every_message_is_the_one_that_was_looked_at(policy: Policy) -> None:
    lines = []
    for kind in kinds_that_send(policy):
        for language in CODES:
            digest = sha256()
            for _, letter in situations(policy, kind, language):
                digest.update(composer(policy).compose(letter, NOW).body)
            lines.append(f"{kind} {language} {digest.hexdigest()[:16]}\n")
    check("digests.txt", "".join(lines))
