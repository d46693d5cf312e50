"""The commands about texts: own ones are copied, checked and accepted; messages are shown before anybody gets them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tasks.mails import shelf
from tests.command import run

pytestmark = pytest.mark.usefixtures("installation")


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / "own-texts"
    folder.mkdir()
    monkeypatch.setenv("SEGUITO_TEXTS", str(folder))
    shelf.shelf.cache_clear()
    shelf.shelf().seconds = 0.0
    yield folder
    shelf.shelf.cache_clear()


def test_an_own_text_is_copied_changed_checked_and_accepted(
    own: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(capsys, "texts", "copy", "welcome-contact/it.txt").code == 0
    path = own / "welcome-contact" / "it.txt"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("Le diamo il benvenuto", "Benvenuta, benvenuto"), encoding="utf-8")
    assert "welcome-contact/it.txt" in run(capsys, "texts", "list").out
    assert "it is not known which shipped text" in run(capsys, "policy", "check").out
    assert run(capsys, "texts", "accept").code == 0
    ended = run(capsys, "policy", "check")
    assert ended.code == 0
    assert "it is not known" not in ended.out
    assert "Benvenuta, benvenuto" in run(capsys, "preview", "welcome-contact").out
    path.write_text(text.replace("order.signed", "order.signd"), encoding="utf-8")
    ended = run(capsys, "policy", "check")
    assert ended.code == 1
    assert "welcome-contact/it.txt: cannot be filled in" in ended.err
    assert "Le diamo il benvenuto" in run(capsys, "preview", "welcome-contact").out


def test_what_is_missing_keeps_a_language_from_being_offered_and_nothing_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], own: Path
) -> None:
    policy = tmp_path / "policy.toml"
    shipped = (Path(__file__).parents[3] / "policy.toml").read_text(encoding="utf-8")
    birthday = shipped[shipped.index("[cadences.satisfaction-check]") :].partition("\n\n")[0]
    policy.write_text(
        f"{shipped}\n{birthday.replace('satisfaction-check]', 'birthday]')}\n", encoding="utf-8"
    )
    for language in ("it", "en"):
        text = own / "birthday" / f"{language}.txt"
        text.parent.mkdir(exist_ok=True)
        text.write_text(
            "Subject: Auguri\n\n{{ greeting }}\n\nauguri da {{ company.name }}.\n", encoding="utf-8"
        )
    ended = run(capsys, "policy", "check", str(policy))
    assert ended.code == 0
    assert "pl is not offered, en is written instead; 1 texts are missing or wrong" in ended.out
    assert "birthday/pl.txt is missing" in ended.out


def test_messages_are_shown_as_text_as_html_and_as_a_gallery(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = run(capsys, "preview", "payment-reminder", "--language", "de").out
    assert "Subject: Rechnung FT-2026/311: eine Erinnerung" in said
    page = tmp_path / "one.html"
    assert run(capsys, "preview", "welcome-contact", "--html", str(page)).code == 0
    assert page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert run(capsys, "preview", "arrival-check", "--gallery", str(tmp_path / "all")).code == 0
    index = (tmp_path / "all" / "index.html").read_text(encoding="utf-8")
    for language in ("it", "pl", "en", "de"):
        assert f"arrival-check, {language}: business" in index
    assert run(capsys, "preview", "birthday").code == 1
