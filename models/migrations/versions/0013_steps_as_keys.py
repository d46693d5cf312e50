"""steps of notices to our own people are written in one form, which can be told apart without guessing

Revision ID: 0013
Revises: 0012
"""

import re
from collections.abc import Iterator, Mapping

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_LEVELS = "owner|deputy|team-lead|manager|director"
_ROUND = re.compile(r"(?P<key>[^+]*)(?P<plus>\++)(?P<number>[0-9]*)")
_OF_LEVEL = re.compile(rf"(?P<name>.+):(?P<level>{_LEVELS})")
_AGAIN = re.compile(r"again-(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})")
_HANDED = re.compile(r"handed-(?P<staff>[0-9]+)")
_REPEATED = re.compile(r"(?P<name>.+)-(?P<number>[2-9]|[1-9][0-9]+)")
_MARKS = (
    (re.compile(r"(.+):link-([0-9]+)"), "link"),
    (re.compile(r"(.+):([0-9]{10})"), "link"),
    (re.compile(r"(.+):handed-([0-9]+)"), "handed"),
    (re.compile(r"(.+):raised-([0-9]+)"), "raised"),
    (re.compile(r"(.+):([0-9]+)"), "response"),
    (re.compile(r"(.+):[^:]*[^:0-9-][^:]*-([0-9]+)"), "reason"),
)
_BATCH = 1000

_follow_ups = sa.table(
    "follow_ups", *(sa.column(name) for name in ("id", "subject_type", "subject_id", "step", "message_id"))
)
_messages = sa.table("messages", sa.column("id"), sa.column("step"))


def upgrade() -> None:
    connection = op.get_bind()
    rows = connection.execute(
        sa.select(_follow_ups).where(
            _follow_ups.c.subject_type.in_(("case", "commitment", "inbound", "staff")),
            _follow_ups.c.step.like("%:%") | _follow_ups.c.step.like("%+%"),
        )
    ).all()
    steps: dict[int, set[str]] = {}
    for row in rows:
        if row.subject_type == "commitment":
            steps.setdefault(row.subject_id, set()).add(row.step)
    new = {
        row.id: key
        for row in rows
        if (key := _key(row.subject_type, row.step, steps.get(row.subject_id, set()))) != row.step
    }
    for batch in _batches([{"of": id_, "to": key} for id_, key in new.items()]):
        connection.execute(
            sa.update(_follow_ups)
            .where(_follow_ups.c.id == sa.bindparam("of"))
            .values(step=sa.bindparam("to")),
            batch,
        )
    mails = [
        {"of": row.message_id, "to": new[row.id]} for row in rows if row.id in new and row.message_id is not None
    ]
    for batch in _batches(mails):
        connection.execute(
            sa.update(_messages).where(_messages.c.id == sa.bindparam("of")).values(step=sa.bindparam("to")),
            batch,
        )


def downgrade() -> None:
    """The earlier version reads these texts too: what it looks for in them stands there, or tells it nothing."""


def _batches(rows: list[dict[str, object]]) -> Iterator[list[dict[str, object]]]:
    for first in range(0, len(rows), _BATCH):
        yield rows[first : first + _BATCH]


def _key(subject_type: str, step: str, of_commitment: set[str]) -> str:
    found = _ROUND.fullmatch(step)
    key, end = step, ""
    if found is not None:
        times = int(found["number"]) if found["number"] and found["plus"] == "+" else len(found["plus"] + found["number"])
        key, end = found["key"], f"+{times}"
    return (_of_commitment(key, of_commitment) if subject_type == "commitment" else _marked(key)) + end


def _of_commitment(key: str, others: set[str]) -> str:
    found = _OF_LEVEL.fullmatch(key)
    if found is None:
        return key
    name, level = found["name"], found["level"]
    if again := _AGAIN.fullmatch(name):
        return f"again:{level}:{again['day']}"
    if handed := _HANDED.fullmatch(name):
        return f"handed-over:{level}:staff={handed['staff']}"
    repeated = _REPEATED.fullmatch(name)
    if repeated and f"{repeated['name']}:{level}" in others:  # else the rung is called so in the policy
        return f"{repeated['name']}:{level}#{repeated['number']}"
    return key


def _marked(key: str) -> str:
    for pattern, mark in _MARKS:
        if found := pattern.fullmatch(key):
            return f"{found[1]}:{mark}={found[2]}"
    return key
