"""The corpora of `real_data`: the measured floors of docs/explanation/inbound.md hold."""

import random
from pathlib import Path

import pytest

from tasks.inbound.message import Verdict
from tasks.inbound.reading import read
from tests import inbound_sources, inbound_table
from tests.unit.inbound.test_hostile import mutated, read_or_refuse

MARKS = [
    "",
    "Auto-Submitted: auto-replied\n",
    "Precedence: bulk\n",
    "Return-Path: <>\n",
    "X-Autoreply: yes\n",
]


def corpus(real_data: Path) -> list[bytes]:
    found = [
        *real_data.glob("bounces/mails/*"),
        *real_data.glob("autoreplies/*.eml"),
        *real_data.glob("replies/emails/*"),
    ]
    return [path.read_bytes() for path in sorted(found)]


def test_bounces(real_data: Path) -> None:
    count = inbound_table.bounces(real_data / "bounces")
    assert count.share == 1, count


@pytest.mark.parametrize("seed", range(20))
def test_bounces_of_any_half(real_data: Path, seed: int) -> None:
    names = sorted(path.name for path in (real_data / "bounces" / "mails").iterdir())
    half = random.Random(seed).sample(names, len(names) // 2)
    assert inbound_table.bounces(real_data / "bounces", half).share >= 0.94


def test_automatic_replies(real_data: Path) -> None:
    count = inbound_table.autoreplies(real_data / "autoreplies")
    assert count.share == 1, count


def test_replies(real_data: Path) -> None:
    count = inbound_table.replies(real_data / "replies")
    assert count.wrong == 0, count
    assert count.share >= 0.95, count


@pytest.mark.parametrize("mark", MARKS)
def test_no_human_reply_is_called_automatic(real_data: Path, mark: str) -> None:
    head = f"{mark}From: a@b.example\nTo: c@d.example\nSubject: Re: your order\nIn-Reply-To: <1@d.example>\n\n".encode()
    judged = [
        read(head + path.read_bytes()).verdict
        for path in sorted((real_data / "replies" / "emails").iterdir())
    ]
    assert set(judged) == {Verdict.DOUBTFUL if mark else Verdict.HUMAN}


def test_bounces_are_never_taken_for_people(real_data: Path) -> None:
    expected = {
        "groupwise_03.txt",
        "qmail_08.txt",
    }  # a booking and an automatic reply: no bounces, though filed there
    paths = (path for path in (real_data / "bounces" / "mails").iterdir() if path.name not in expected)
    assert {read(path.read_bytes()).verdict for path in paths} <= {Verdict.BOUNCE, Verdict.DOUBTFUL}


def test_mutated_corpus_mails(real_data: Path) -> None:
    chance = random.Random(1)
    for raw in corpus(real_data):
        read_or_refuse(mutated(raw, chance))


@pytest.mark.slow
def test_mutated_corpus_mails_long(real_data: Path) -> None:
    chance = random.Random(2)
    for raw in corpus(real_data) * 100:
        read_or_refuse(mutated(raw, chance))


@pytest.mark.slow
def test_no_source_costs_an_address_or_an_answer_without_its_own_words(real_data: Path) -> None:
    found = inbound_sources.score(real_data)
    assert not [name for results in found.values() for name in results.get("costly", ())]
    right = sum(len(results.get("right", ())) for results in found.values())
    assert right / sum(len(names) for results in found.values() for names in results.values()) >= 0.93
