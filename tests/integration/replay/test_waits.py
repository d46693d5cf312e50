"""A replay looks when a wait ends: an answer of the same day, but after it, comes after the silence."""

from datetime import date
from pathlib import Path

import pytest

from deployments import replaying
from models import policy as policies
from tests.conftest import ROOT
from tests.import_sources import Company


@pytest.mark.parametrize(("answered", "late"), [("03:00", 1), ("00:30", 0)])
def test_an_answer_after_the_wait_comes_after_the_silence(tmp_path: Path, answered: str, late: int) -> None:
    company = Company.at(
        tmp_path / "shop",
        customers="ref,name,email\nk1,Ada,ada@x.example\n",
        orders="ref,customer,description,signed_at,date_survey\n"
        "o1,k1,sedia,2026-03-16 10:00:00,2026-03-24 12:00:00\n",
        responses="ref,order,meaning,rating,received_at,about\n"
        f"r1,o1,,5,2026-04-01 {answered}:00,satisfaction-check\n",
    )
    policy = policies.load(ROOT / "sources" / "olist" / "policy.toml")
    span = (
        date(2026, 3, 16),
        date(2026, 4, 2),
    )  # sent on the midnight after the 24th; the clocks change on the 29th
    totals = replaying.run(company.folder, None, *span, step="1d", policy=policy, progress=lambda _day: None)[
        "totals"
    ]
    assert (totals["silent"], totals["answered_after_silence"]) == (late, late)
