from datetime import timedelta

import pytest

from tasks.mails.links import LinkExpired, LinkForged, Links
from tests.unit.mails.test_samples import NOW, links


def token(url: str) -> str:
    return url.rpartition("/")[2]


def test_a_link_is_read_back() -> None:
    ours = links()
    assert ours.answer("f123-1", NOW).startswith("https://answers.example/a/")
    assert ours.read_answer(token(ours.answer("f123-1", NOW)), 90) == "f123-1"
    assert ours.read_unsubscribe(token(ours.unsubscribe("f123-1", NOW)), 90) == "f123-1"
    assert ours.read_case(token(ours.case(12, 3, NOW)), 90) == (12, 3)


def test_a_link_grows_old() -> None:
    written = token(links().answer("f123-1", NOW))
    assert links(NOW + timedelta(days=90)).read_answer(written, 90) == "f123-1"
    with pytest.raises(LinkExpired):
        links(NOW + timedelta(days=90, seconds=1)).read_answer(written, 90)


def test_a_link_from_a_clock_that_runs_ahead_is_good() -> None:
    assert links(NOW - timedelta(hours=1)).read_answer(token(links().answer("f123-1", NOW)), 90) == "f123-1"


def test_a_link_of_one_purpose_opens_no_other() -> None:
    ours = links()
    with pytest.raises(LinkForged):
        ours.read_answer(token(ours.unsubscribe("f123-1", NOW)), 90)
    with pytest.raises(LinkForged):
        ours.read_case(token(ours.answer("12-3", NOW)), 90)


@pytest.mark.parametrize("broken", ["", "x", "f1-1.abc", "f1-1.a.b", "\u0142.a.b", "a" * 5000])
def test_nonsense_is_forged(broken: str) -> None:
    with pytest.raises(LinkForged):
        links().read_answer(broken, 90)


def test_a_changed_link_is_forged() -> None:
    written = token(links().answer("f123-1", NOW))
    for place in range(len(written)):
        changed = written[:place] + ("a" if written[place] != "a" else "b") + written[place + 1 :]
        with pytest.raises(LinkForged):
            links().read_answer(changed, 90)


def test_another_key_opens_nothing() -> None:
    other = Links("https://answers.example", "another key")
    with pytest.raises(LinkForged):
        other.read_answer(token(links().answer("f123-1", NOW)), 90)
    assert other.read_reply_to(links().reply_to("f123-1", "a@b.example")) is None


def test_the_address_for_answers_is_read_back() -> None:
    address = links().reply_to("f123-1", "assistenza@casabelvedere.example")
    assert address.startswith("assistenza+f123-1.")
    assert address.endswith("@casabelvedere.example")
    assert links().read_reply_to(address) == "f123-1"
    assert links().read_reply_to(f'"Assistenza" <{address.upper()}>') == "f123-1"


@pytest.mark.parametrize(
    "address", ["", "assistenza@casabelvedere.example", "a+f123-1.0123456789abcdef@b.example"]
)
def test_another_address_names_no_message(address: str) -> None:
    assert links().read_reply_to(address) is None


@pytest.mark.parametrize("url", ["", "answers.example", 'https://a.example/"x', "https://a.example/?a=1&b"])
def test_a_public_address_that_a_mail_cannot_carry_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="plain web address"):
        Links(url, "key")
