"""The key that signs the links is never weak, and never half written."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from tasks.runtime.settings import Settings


def settings(folder: Path, secret: str | None = None) -> Settings:
    return Settings(_env_file=None, state_dir=folder, secret=None if secret is None else SecretStr(secret))


def test_a_key_is_made_once_and_kept_for_its_owner_alone(tmp_path: Path) -> None:
    key = settings(tmp_path / "state").signing_key
    assert settings(tmp_path / "state").signing_key == key
    assert len(key) > 40
    assert (tmp_path / "state" / "secret").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in (tmp_path / "state").iterdir()] == ["secret"]


def test_an_empty_file_of_a_run_that_died_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "secret").touch()
    assert len(settings(tmp_path).signing_key) > 40
    assert settings(tmp_path).signing_key == settings(tmp_path).signing_key


@pytest.mark.parametrize("secret", ["", " " * 40, "test key"])
def test_a_key_that_can_be_guessed_is_refused(tmp_path: Path, secret: str) -> None:
    with pytest.raises(ValueError, match="SEGUITO_SECRET: a key of fewer than 16 characters"):
        _ = settings(tmp_path, secret).signing_key


def test_an_empty_path_is_none_and_not_the_folder_one_stands_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SEGUITO_ARCHIVE_MAILDIR", "")
    assert Settings().archive_maildir is None
