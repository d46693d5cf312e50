from pathlib import Path

import pytest

from models.policy import PolicyError
from tasks.runtime.settings import Settings
from tasks.services import open_services

POLICY = Path(__file__).parents[3] / "policy.toml"


async def test_a_policy_with_a_mail_that_nobody_wrote_is_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    text = POLICY.read_text(encoding="utf-8")
    path.write_text(text.replace("[cadences.delay-alert]", "[cadences.birthday]"), encoding="utf-8")
    with pytest.raises(PolicyError, match=r"texts/birthday/it\.txt is missing; write it"):
        async with open_services(Settings(policy=path, state_dir=tmp_path)):
            pass
