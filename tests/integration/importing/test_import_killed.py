"""An import that is killed at any instant loses no row and writes none twice; the next one brings the rest."""

import random
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from models.policy import Policy
from models.tables import Order
from tasks.importing.run import import_source
from tasks.planning.plan import plan_all
from tasks.runtime.database import Database
from tests.conftest import ROOT
from tests.import_sources import ORDERS, Company

NOW = datetime(2026, 3, 18, 9, tzinfo=UTC)
ROWS = 2_500
"""One transaction of an import."""
_IMPORTER = """
import sys
from datetime import datetime
from pathlib import Path
from models import policy as policies
from tasks.importing.run import import_source
from tasks.runtime.database import Database
db, folder, policy = Database(sys.argv[1]), Path(sys.argv[2]), policies.load(Path("policy.toml"))
print("begins", flush=True)
now = datetime.fromisoformat(sys.argv[3])
import_source(db, folder, None, now=now, policy=policy, state_dir=folder / "state")
"""


def write(company: Company, version: int) -> None:
    """The file as the ERP writes it for the `version`th time: every order has another price."""
    lines = (f"m{number},c1,,chair,{version}.00,2026-03-17,2026-05-05,,\n" for number in range(ROWS))
    company.write("orders", ORDERS + "".join(lines))


def kill_after(db: Database, company: Company, seconds: float) -> None:
    """Begin an import, and kill it after a time."""
    command = [sys.executable, "-c", _IMPORTER, db.url, str(company.folder), NOW.isoformat()]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT)
    assert process.stdout is not None
    process.stdout.readline()
    time.sleep(seconds)
    process.kill()
    process.wait()
    process.stdout.close()


@pytest.mark.parametrize("kills", [2, pytest.param(50, marks=pytest.mark.slow)])
def test_killed_anywhere_no_row_is_lost_and_none_is_written_twice(
    db: Database, policy: Policy, tmp_path: Path, kills: int
) -> None:
    company = Company.usual(tmp_path / "casa")
    state = company.folder / "state"
    choose = random.Random(7)
    write(company, 0)
    began = time.monotonic()
    import_source(db, company.folder, None, now=NOW, policy=policy, state_dir=state)
    whole = time.monotonic() - began
    for version in range(1, kills + 1):
        write(company, version)
        kill_after(db, company, whole * choose.uniform(0.1, 0.9))
        prices = prices_of(db)
        assert sum(prices.values()) == ROWS + 2, "no order is there twice, and none is gone"
        assert len(prices) == 3, "what one transaction holds is seen whole, or not at all"
    report = import_source(db, company.folder, None, now=NOW, policy=policy, state_dir=state)
    assert report.tables["orders"].rejected == 0
    assert prices_of(db) == {kills * 100: ROWS, 120_050: 1, 30_000: 1}
    assert plan_all(db, policy, NOW) > 0
    assert plan_all(db, policy, NOW) == 0, "what broken-off imports wrote is planned once"


def prices_of(db: Database) -> dict[int, int]:
    """How many orders have each price."""
    with db.read() as session:
        query = select(Order.amount_cents, func.count(Order.id)).group_by(Order.amount_cents)
        return {price or 0: number for price, number in session.execute(query)}
