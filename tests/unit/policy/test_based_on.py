"""A policy may be another one but for some keys."""

from pathlib import Path

import pytest

from models import policy as policies
from models.policy import PolicyError

ROOT = Path(__file__).parents[3]


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_tables_are_laid_over_each_other_key_by_key(tmp_path: Path) -> None:
    base = policies.load(ROOT / "policy.toml")
    write(tmp_path, "middle.toml", f'based_on = "{ROOT / "policy.toml"}"\n[ledger]\nmisses = 7\n')
    own = policies.load(write(tmp_path, "own.toml", 'based_on = "middle.toml"\n[company]\nname = "Altra"\n'))
    assert (own.company.name, own.ledger.misses) == ("Altra", 7)
    assert own.company.language == base.company.language
    assert own.cadences == base.cadences


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('based_on = "none.toml"', "none.toml cannot be read"),
        ('based_on = "own.toml"', "in a circle"),
        ('based_on = "broken.toml"', "broken.toml cannot be read"),
    ],
)
def test_a_base_that_cannot_be_used_is_named(text: str, said: str, tmp_path: Path) -> None:
    write(tmp_path, "broken.toml", "[[[")
    with pytest.raises(PolicyError, match=said):
        policies.load(write(tmp_path, "own.toml", text))


def test_the_sample_differs_by_its_hours_alone() -> None:
    shipped, demo = (policies.load(ROOT / name) for name in ("policy.toml", "sources/sample/demo.toml"))
    assert demo.model_copy(update={"windows": shipped.windows}) == shipped
    changed = {name for name, window in demo.windows.items() if window != shipped.windows[name]}
    assert changed == {"customers", "news"}
