"""Sending a claimed batch: mark, send, record, in a sliding window.

A window of mails is in flight. One transaction records what has finished and marks what goes out next, and no
transaction is open while a mail server thinks. What the server says stands in the journal first, so that a hard kill
leaves only those mails doubtful whose body was on its way: one for each connection.
"""

import asyncio
import time
from collections import deque
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from datetime import datetime, timedelta

from jinja2 import TemplateError
from sqlalchemy.orm import Session

from models.errors import TryLaterError
from models.queries.sending import claim, quiet
from models.rules.sending.answers import Accepted, Answer, NotStarted, Refused
from models.rules.sending.faults import Fault, FaultKind
from tasks.mails.letter_facts import Group, write_letter
from tasks.mails.mime import AddressError
from tasks.runtime.apart import apart, fault_of
from tasks.runtime.database import Writer
from tasks.sending import server_refusals
from tasks.sending.claim import Claimed
from tasks.sending.hold_rows import hold_rows
from tasks.sending.last_look import look_again
from tasks.sending.mark_mails import Ready, mark_mails
from tasks.sending.record_outcome import Finished, record
from tasks.sending.signed_sender import SignedSender
from tasks.sending.sweep_report import Report
from tasks.sending.trial_mails import on_trial
from tasks.sending.undeliverable import Faulty, Unwritable, give_up_apart
from tasks.sending.verdicts import Verdicts
from tasks.sending.window import SendingWindow
from tasks.services import Services
from tasks.smtp.answers import scrub
from tasks.smtp.journal import Book

_GRACE_SECONDS = 10.0
"""How long a run that ends by an error still listens: each answer that comes is one doubt less."""


class DispatchStoppedError(TryLaterError):
    """The batch ended early. Nothing is lost: what was not sent stays due."""


class MailServerUnreachableError(DispatchStoppedError):
    """No mail server could be reached; `lasting` when trying again changes nothing."""

    def __init__(self, words: str, *, lasting: bool = False) -> None:
        super().__init__(words)
        self.lasting = lasting


class ServerRefusesError(DispatchStoppedError):
    """The mail server gave many mails the same refusal, or no answer."""


_Composed = Ready | Unwritable | Faulty


class Dispatch:
    """The sending of one claimed batch."""

    def __init__(self, services: Services, claimed: Claimed) -> None:
        self._services, self._claimed = services, claimed
        self._policy, self._clock, self._mailer = services.policy, services.clock, services.mailer
        sending = services.policy.sending
        self._waiting = deque(claimed.groups)
        self._flying: dict[asyncio.Task[Answer], tuple[int, Ready]] = {}
        self._quiet_since: str | None = None
        """While nobody else writes to the database, no fact changes, and none has to be looked at again."""
        self._verdicts = Verdicts(services.policy, services.breaker)
        self._arrived = 0
        self._enough = 0
        self._landed = asyncio.Event()
        self._stop: DispatchStoppedError | None = None
        self._fault: BaseException | None = None
        self._signed = SignedSender(services.composer)
        self._window = SendingWindow(sending.connections)
        self._lease = timedelta(minutes=sending.lease_minutes)
        self._renewed = services.clock.now()

    async def run(self) -> None:
        """Send everything, writing to the batch's report. It ends by itself after `batch_minutes` at the latest.

        Raises:
            MailServerUnreachableError: the server is away; what was in hand was given back first.
            ServerRefusesError: it answers many alike; what was in hand was given back first.
            TimeoutError: it took too long; the next run takes up what is left.
            OSError: the journal cannot be written; what was in hand was given back first.
        """
        self._recall_refusal()
        with ExitStack() as stack:
            try:
                book = stack.enter_context(self._services.journal.batch(self._claimed.token))
            except OSError:
                self._release()
                raise
            async with asyncio.timeout(60 * self._policy.sending.batch_minutes):
                await self._send(book)
        if self._stop is not None:
            raise self._stop

    async def _send(self, book: Book) -> None:
        try:
            with self._services.db.writer() as writer:
                while self._waiting or self._flying or self._verdicts.has_any:
                    if self._stop is not None or not (self._waiting or self._flying):
                        self._verdicts.settle(self._clock.now())
                    self._launch(book, self._turn(writer, self._verdicts.take()))
                    await self._land()
                    if self._fault is not None:
                        raise self._fault
        finally:
            await self._end_flying()
        book.sync()
        book.is_settled = not self._verdicts.doubts

    async def _end_flying(self) -> None:
        """Nothing begins any more, and nobody is waited for without end."""
        if not self._flying:
            return
        self._mailer.withhold("the sweep was stopped")
        await asyncio.wait(list(self._flying), timeout=_GRACE_SECONDS)
        flying = list(self._flying)
        for task in flying:
            task.cancel()
        await asyncio.gather(*flying, return_exceptions=True)

    def _turn(self, writer: Writer, finished: Sequence[Finished]) -> list[tuple[int, Ready]]:
        """Record what has landed and mark what goes out next, in one transaction; returns what may go out now.

        Nothing else runs meanwhile. A thread for it would cost each mail more than it has to wait here: there is one
        interpreter, and the mail servers answer without it.
        """
        now = self._clock.now()
        self._arrived = 0
        composed = [] if self._stop else [self._compose(group, now) for group in self._take()]
        with writer.write() as session:
            if self._renew(session, now):
                composed = self._ours(session, composed)
            mark = quiet.others_mark(session)
            if mark is None or mark != self._quiet_since:
                composed = self._still_right(session, composed)
            ready = [item for item in composed if isinstance(item, Ready)]
            if self._services.trial is not None:
                ready = on_trial(session, self._services.trial, ready, self._claimed, now)
            record(session, self._policy, finished, self._claimed.token, now, self._claimed.report)
            for broken in composed:
                if isinstance(broken, Unwritable):
                    give_up_apart(session, self._policy, broken, self._claimed.report, now)
                elif isinstance(broken, Faulty):
                    ids = [row.id for row in broken.group.follow_ups]
                    hold_rows(session, ids, broken.fault, now, self._claimed.report)
            numbers = mark_mails(session, ready, self._claimed.token, now, now + self._lease)
            self._note_server(session, now)
            if self._stop:
                self._give_back(session)
            self._quiet_since = quiet.mark_after(session, mark)
        return list(zip(numbers, ready, strict=True))

    def _launch(self, book: Book, ready: Sequence[tuple[int, Ready]]) -> None:
        for message_id, item in ready:
            task = asyncio.ensure_future(self._post(book, item))
            self._flying[task] = (message_id, item)
            task.add_done_callback(self._land_one)

    async def _post(self, book: Book, item: Ready) -> Answer:
        try:
            return await self._mailer.send(item.mail, book.entry(item.key))
        except ValueError as error:  # an address that SMTP cannot say costs its own mail
            return Refused(501, f"5.1.3 {scrub(str(error))}", recipient=True)

    def _land_one(self, task: asyncio.Task[Answer]) -> None:
        message_id, item = self._flying.pop(task)
        self._arrived += 1
        if task.cancelled() or task.exception() is not None:
            self._fault = asyncio.CancelledError() if task.cancelled() else task.exception()
            self._landed.set()
            return
        answer = task.result()
        tripped = self._verdicts.hear(Finished(message_id, item.group, answer), item.mail.recipients[0])
        self._signed.hear(answer, item.mail)
        if isinstance(answer, NotStarted):
            self._stop = self._stop or MailServerUnreachableError(answer.text, lasting=answer.lasting)
        elif tripped is not None and self._stop is None:
            self._stop = ServerRefusesError(tripped.words)
            self._mailer.withhold(tripped.words)
        if isinstance(answer, Accepted):
            self._window.accepted()
        if self._arrived >= self._enough:
            self._landed.set()

    async def _land(self) -> None:
        """Wait until each connection has but one mail left, or everything landed, or it is time to renew the lease."""
        self._enough = min(self._window.enough, len(self._flying) + self._arrived)
        began = time.monotonic()
        if self._arrived < self._enough:
            self._landed.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._landed.wait(), self._lease.total_seconds() / 3)
        self._window.landed_in(time.monotonic() - began)

    def _take(self) -> list[Group]:
        room = self._window.size - len(self._flying)
        return [self._waiting.popleft() for _ in range(min(room, len(self._waiting)))]

    def _compose(self, group: Group, now: datetime) -> "_Composed":
        assert self._claimed.desk is not None  # noqa: S101 (a batch with groups has one)
        composer = self._services.composer
        key = f"f{group.lead.id}-{group.lead.attempts + 1}"
        text = group.lead.kind
        try:
            letter = write_letter(group, key, self._claimed.desk, self._policy, composer.message_id, now)
            text = f"{letter.kind}/{letter.language}.txt"
            return Ready(key, group, composer.compose(letter, now))
        except AddressError as error:  # costs its own mail only
            return Unwritable(group, scrub(str(error)))
        except TemplateError as error:
            return Faulty(group, Fault(FaultKind.TEXT, f"{text}: {error.message or type(error).__name__}"))
        except Exception as error:  # noqa: BLE001 (whatever is wrong with a text or a row costs its own mail)
            return Faulty(group, fault_of(error))

    def _renew(self, session: Session, now: datetime) -> bool:
        """A long batch on a slow server outlives its first lease; nobody may take over what is still in hand.

        Returns whether that was needed. While it is not, the lease runs, and what was claimed is surely ours.
        """
        if now - self._renewed <= self._lease / 3:
            return False
        claim.renew(session, self._claimed.token, now + self._lease)
        self._renewed = now
        return True

    def _ours(self, session: Session, composed: "Sequence[_Composed]") -> "list[_Composed]":
        """Leave out what another run has taken over, should a lease have ended (a frozen machine)."""
        ids = [row.id for item in composed for row in item.group.follow_ups]
        ours = claim.still_ours(session, ids, self._claimed.token) if ids else set()
        kept = [item for item in composed if all(row.id in ours for row in item.group.follow_ups)]
        lost = [row.id for item in composed if item not in kept for row in item.group.follow_ups]
        claim.release(session, lost, self._claimed.token)
        return kept

    def _still_right(self, session: Session, composed: "Sequence[_Composed]") -> "list[_Composed]":
        """Leave out what the facts no longer call for, or would have another mail for."""
        scope = self._claimed.scope
        if not composed or scope is None:
            return list(composed)

        def look(items: Sequence[_Composed]) -> tuple[set[int], Report]:
            part, groups = Report(), [item.group for item in items]
            return look_again(session, self._policy, scope, groups, self._claimed.token, part), part

        def failed(item: _Composed, fault: Fault) -> None:
            ids = [row.id for row in item.group.follow_ups]
            hold_rows(session, ids, fault, scope.now, self._claimed.report)

        right: set[int] = set()
        for leads, part in apart(session, list(composed), look, failed):
            right |= leads
            self._claimed.report.take(part)
        return [item for item in composed if item.group.lead.id in right]

    def _recall_refusal(self) -> None:
        """A server that refused everybody's mail gets a few first."""
        with self._services.db.read() as session:
            self._was_refused = server_refusals.refused_since(session) is not None
        if self._was_refused:
            tries = self._policy.sending.breaker.first_tries
            self._services.breaker.try_first(tries)
            self._window.begin_with(tries)

    def _note_server(self, session: Session, now: datetime) -> None:
        """For the runs to come: it refuses everybody's mail, takes it again, or takes no signed sender."""
        self._signed.note(session, now)
        if isinstance(self._stop, ServerRefusesError):
            is_new = server_refusals.note_refusal(session, str(self._stop), now)
            self._claimed.report.refusal_is_new |= is_new
        elif self._was_refused and not self._services.breaker.is_trying:
            server_refusals.note_taken(session, now)
            self._was_refused = False

    def _release(self) -> None:
        """Give the whole claim back, as far as nothing was tried with it."""
        with self._services.db.write() as session:
            self._waiting.extend(self._claimed.groups)
            self._give_back(session)

    def _give_back(self, session: Session) -> None:
        ids = [row.id for group in self._waiting for row in group.follow_ups]
        claim.release(session, ids, self._claimed.token)
        self._waiting.clear()
