"""Sending a claimed batch: mark, send, record, in a sliding window.

A window of mails is in flight. One transaction records what has finished and marks what goes out next, so that a hard
kill leaves at most a window of doubtful mails, and no transaction is open while a mail server thinks.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from models.policy import Policy
from models.queries.sending import claim, messages
from models.words import MessageState
from tasks.mails.composer import Composer, Mail
from tasks.mails.letter_facts import Group, write_letter
from tasks.mails.mime import AddressError
from tasks.runtime.clock import Clock
from tasks.runtime.database import Database, Writer
from tasks.sending.claim import Claimed
from tasks.sending.record_outcome import Finished, Unwritable, give_up, record
from tasks.smtp.answers import Answer, NotStarted, scrub
from tasks.smtp.mailer import Mailer

_PER_CONNECTION = 8
"""Mails marked for each connection: many for each transaction, few for a crash to leave in doubt."""


class MailServerUnreachableError(Exception):
    """No mail server could be reached. Nothing is lost: what was not sent stays due."""


@dataclass(frozen=True)
class _Ready:
    key: str
    group: Group
    mail: Mail


class Dispatch:
    """The sending of one claimed batch."""

    def __init__(
        self, db: Database, policy: Policy, composer: Composer, mailer: Mailer, clock: Clock, claimed: Claimed
    ) -> None:
        self._db, self._policy, self._composer = db, policy, composer
        self._mailer, self._clock, self._claimed = mailer, clock, claimed
        self._waiting = deque(claimed.groups)
        self._flying: dict[asyncio.Task[Answer], tuple[int, Group]] = {}
        self._finished: list[Finished] = []
        self._enough = 0
        self._landed = asyncio.Event()
        self._unreachable: str | None = None
        self._window = _PER_CONNECTION * policy.sending.connections
        self._lease = timedelta(minutes=policy.sending.lease_minutes)
        self._renewed = clock.now()

    async def run(self) -> None:
        """Send everything, writing to the batch's report.

        Raises:
            MailServerUnreachableError: the server is away; what was in hand was given back first.
        """
        with self._db.writer() as writer:
            while self._waiting or self._flying or self._finished:
                finished, self._finished = self._finished, []
                self._launch(self._turn(writer, finished))
                await self._land()
        if self._unreachable is not None:
            raise MailServerUnreachableError(self._unreachable)

    def _turn(self, writer: Writer, finished: Sequence[Finished]) -> list[tuple[int, _Ready]]:
        """Record what has landed and mark what goes out next, in one transaction; returns what may go out now.

        Nothing else runs meanwhile. A thread for it would cost each mail more than it has to wait here: there is one
        interpreter, and the mail servers answer without it.
        """
        now = self._clock.now()
        composed = [] if self._unreachable else [self._compose(group, now) for group in self._take()]
        with writer.write() as session:
            if self._renew(session, now):
                composed = self._ours(session, composed)
            ready = [item for item in composed if isinstance(item, _Ready)]
            record(session, self._policy, finished, self._claimed.token, now, self._claimed.report)
            for broken in composed:
                if isinstance(broken, Unwritable):
                    give_up(session, self._policy, broken, self._claimed.report, now)
            ids = self._mark(session, ready, now)
            if self._unreachable:
                self._give_back(session)
        return list(zip(ids, ready, strict=True))

    def _launch(self, ready: Sequence[tuple[int, _Ready]]) -> None:
        for message_id, item in ready:
            task = asyncio.ensure_future(self._mailer.send(item.mail))
            self._flying[task] = (message_id, item.group)
            task.add_done_callback(self._land_one)

    def _land_one(self, task: asyncio.Task[Answer]) -> None:
        message_id, group = self._flying.pop(task)
        answer = task.result()
        self._finished.append(Finished(message_id, group, answer))
        if isinstance(answer, NotStarted):
            self._unreachable = answer.text
        if len(self._finished) >= self._enough:
            self._landed.set()

    async def _land(self) -> None:
        """Wait until each connection has but one mail left, or everything landed, or it is time to renew the lease."""
        enough = self._window - self._policy.sending.connections
        self._enough = min(enough, len(self._flying) + len(self._finished))
        if len(self._finished) < self._enough:
            self._landed.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._landed.wait(), self._lease.total_seconds() / 3)

    def _take(self) -> list[Group]:
        room = self._window - len(self._flying)
        return [self._waiting.popleft() for _ in range(min(room, len(self._waiting)))]

    def _compose(self, group: Group, now: datetime) -> "_Ready | Unwritable":
        assert self._claimed.desk is not None  # noqa: S101 (a batch with groups has one)
        key = f"f{group.lead.id}-{group.lead.attempts + 1}"
        letter = write_letter(group, key, self._claimed.desk, self._policy, self._composer.message_id, now)
        try:
            return _Ready(key, group, self._composer.compose(letter, now))
        except AddressError as error:  # costs its own mail only
            return Unwritable(group, scrub(str(error)))

    def _renew(self, session: Session, now: datetime) -> bool:
        """A long batch on a slow server outlives its first lease; nobody may take over what is still in hand.

        Returns whether that was needed. While it is not, the lease runs, and what was claimed is surely ours.
        """
        if now - self._renewed <= self._lease / 3:
            return False
        claim.renew(session, self._claimed.token, now + self._lease)
        self._renewed = now
        return True

    def _ours(
        self, session: Session, composed: "Sequence[_Ready | Unwritable]"
    ) -> "list[_Ready | Unwritable]":
        """Leave out what another run has taken over, should a lease have ended (a frozen machine)."""
        ids = [row.id for item in composed for row in item.group.follow_ups]
        ours = claim.still_ours(session, ids, self._claimed.token) if ids else set()
        kept = [item for item in composed if all(row.id in ours for row in item.group.follow_ups)]
        lost = [row.id for item in composed if item not in kept for row in item.group.follow_ups]
        claim.release(session, lost, self._claimed.token)
        return kept

    def _mark(self, session: Session, ready: Sequence[_Ready], now: datetime) -> list[int]:
        """Message ids in the order of `ready`. A mail that a crash left in doubt keeps its row and its Message-ID."""
        if not ready:
            return []
        tried = {item.key for item in ready if item.group.lead.message_id is not None}
        again = messages.mark_again(session, tried, self._claimed.token, now + self._lease)
        ids = again | messages.mark(
            session, [self._message_row(item, now) for item in ready if item.key not in again]
        )
        messages.attach(
            session,
            [{"id": row.id, "message_id": ids[item.key]} for item in ready for row in item.group.follow_ups],
        )
        return [ids[item.key] for item in ready]

    def _message_row(self, item: _Ready, now: datetime) -> dict[str, Any]:
        lead = item.group.lead
        return {
            "key": item.key,
            "customer_id": lead.customer_id,
            "staff_id": lead.staff_id,
            "kind": lead.kind,
            "step": lead.step,
            "language": item.group.customer.language,
            "recipient": item.mail.recipients[0],
            "subject": item.mail.subject,
            "state": MessageState.SENDING,
            "claim_token": self._claimed.token,
            "lease_until": now + self._lease,
            "resends": 0,
            "marked_at": now,
        }

    def _give_back(self, session: Session) -> None:
        ids = [row.id for group in self._waiting for row in group.follow_ups]
        claim.release(session, ids, self._claimed.token)
        self._waiting.clear()
