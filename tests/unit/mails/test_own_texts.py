"""A company's own texts: laid over the shipped ones, checked, taken up while everything runs."""

import os
from collections.abc import Callable, Iterator
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from models.policy import Policy
from tasks.mails import own_texts, shelf, texts
from tasks.mails.labels import label
from tasks.mails.looks import Looks
from tasks.mails.shelf import Shelf
from tasks.mails.texts import own_problems
from tests.unit.mails.test_samples import NOW, composer, letter

Put = Callable[[str, str], None]
HELLO = "Subject: Evviva {{ order.ref }}\n\nCara {{ name }},\n\nbenvenuta nella nostra bottega.\n"


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder of own texts, named by the environment; looked at without a pause."""
    monkeypatch.setenv("SEGUITO_TEXTS", str(tmp_path))
    shelf.shelf.cache_clear()
    here = shelf.shelf()
    here.seconds = 0.0
    yield tmp_path
    shelf.shelf.cache_clear()


@pytest.fixture
def put(own: Path) -> Put:
    def put(name: str, content: str) -> None:
        path = own / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
        later = path.stat().st_mtime_ns + 1_000_000
        os.utime(path, ns=(later, later))

    return put


def shown(body: bytes) -> str:
    return message_from_bytes(body, policy=default).get_body(("plain",)).get_content()


def test_an_own_text_takes_the_place_of_the_shipped_one_while_everything_runs(
    policy: Policy, put: Put
) -> None:
    ours = composer(policy)
    before, _ = ours.written(letter(policy))
    put("welcome-contact/it.txt", HELLO)
    subject, paragraphs = ours.written(letter(policy))
    assert (before, subject) == ("Ordine CB-2026-0147: chi lo segue", "Evviva CB-2026-0147")
    assert ("p", "benvenuta nella nostra bottega.") in paragraphs
    assert ours.written(letter(policy, language="en"))[0].startswith("Order CB-2026-0147")
    assert own_problems() == []


def test_words_are_laid_over_key_by_key_also_on_the_buttons_of_mails(policy: Policy, put: Put) -> None:
    ours = composer(policy)
    assert "Vorrei una telefonata" in shown(ours.compose(letter(policy), NOW).body)
    put("labels/it.toml", '[answer]\ncall-me = "Mi chiami"\n')
    assert label("it", "answer.call-me") == "Mi chiami"
    assert label("it", "answer.paid") == "Ho già pagato"
    assert "Mi chiami" in shown(ours.compose(letter(policy), NOW).body)


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("welcome-contact/it.txt", "Subject: a\n\n{{ order.reff }}", "cannot be filled in"),
        ("welcome-contact/it.txt", "Subject: a\n\n{% if order %}", "line 3: Unexpected end of template"),
        ("labels/it.toml", '[answer]\ncal-me = "a"', "answer.cal-me: there is no such key in labels/it.toml"),
        ("labels/it.toml", '[case]\ncall = "Chiami {nome}"', "there is no {nome} to put in; there is {name}"),
        ("labels/it.toml", "[case]\ncall = 'Chiami {name'", "a brace has no partner"),
        ("labels/it.toml", "[case]\ncall = 3", "is no text"),
        ("labels/it.toml", "[case\n", "labels/it.toml: "),
        ("labels/xx.toml", '[case]\ncall = "a"', "there is no language 'xx'"),
        ("welcome/benvenuto.md", "hello", "nothing of that name is read"),
    ],
)
def test_what_is_wrong_is_named_and_not_used(
    policy: Policy, put: Put, name: str, content: str, problem: str
) -> None:
    put(name, content)
    (found,) = own_problems()
    assert found.startswith(name)
    assert problem in found
    subject, _ = composer(policy).written(letter(policy))
    assert subject == "Ordine CB-2026-0147: chi lo segue"
    assert texts.missing_texts(policy) == [], "the shipped words stand in, and every run goes on"
    assert texts.offered(policy) == ("it", "pl", "en", "de")


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert Shelf(tmp_path / "nowhere").laid().problems[0].startswith("SEGUITO_TEXTS: ")


def test_an_upgrade_tells_which_own_texts_were_written_against_an_older_one(own: Path, put: Put) -> None:
    put("welcome-contact/it.txt", HELLO)
    put("labels/it.toml", '[answer]\ncall-me = "Mi chiami"\n')
    assert len(own_texts.older(own)) == 2
    assert own_texts.accept(own) == 2
    assert own_texts.older(own) == []
    marks = own / shelf.MARKS
    written = marks.read_text(encoding="utf-8").splitlines()
    line = next(one for one in written if one.startswith('"welcome-contact'))
    marks.write_text("\n".join(written).replace(line, '"welcome-contact/it.txt" = "0123"'), encoding="utf-8")
    (found,) = own_texts.older(own)
    assert found.startswith("welcome-contact/it.txt: written against an older shipped text")


def test_an_own_look_is_used_and_a_broken_one_is_not(tmp_path: Path, put: Put) -> None:
    shipped = tmp_path / "shipped-looks"
    shipped.mkdir()
    (shipped / "hello.html").write_text("shipped {{ name }}", encoding="utf-8")
    looks = Looks(shipped)
    put("looks/hello.html", "own {{ name }}")
    assert looks.render("hello.html", {"name": "Anna"}) == "own Anna"
    put("looks/hello.html", "own {{ nome }}")
    assert looks.render("hello.html", {"name": "Anna"}) == "shipped Anna"
    put("looks/hello.html", "{% if %}")
    assert looks.render("hello.html", {"name": "Anna"}) == "shipped Anna"
    (found,) = looks.problems()
    assert found.startswith("looks/hello.html, line 1")


def test_a_language_without_all_texts_is_not_offered_and_another_is_written(policy: Policy, put: Put) -> None:
    more = {**policy.cadences, "birthday": policy.cadences["satisfaction-check"]}
    changed = policy.model_copy(update={"cadences": more})
    for language in ("it", "en"):
        put(f"birthday/{language}.txt", "Subject: a\n\n{{ greeting }}\n")
    assert texts.offered(changed) == ("it", "en")
    assert [texts.spoken(changed, wanted) for wanted in ("it", "pl", "de", "fr")] == ["it", "en", "en", "en"]
    assert texts.missing_texts(changed) == []
    put("birthday/pl.txt", "Subject: a\n\n{{ greeting }}\n")
    assert texts.offered(changed) == ("it", "pl", "en")


def test_a_company_may_speak_german(policy: Policy) -> None:
    company = policy.company.model_copy(update={"language": "de", "language_else": "de"})
    german = policy.model_copy(update={"company": company})
    assert texts.missing_texts(german) == []
    assert texts.spoken(german, "fr") == "de"
