"""Mails before go-live: they go to the address of the trial, or are written down alone."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from tasks.runtime.trial import RunningTrial
from tasks.sending.claim import Claimed
from tasks.sending.mark_mails import Ready, mark_mails
from tasks.sending.record_outcome import keep_trial


def on_trial(
    session: Session, trial: RunningTrial, ready: Sequence[Ready], claimed: Claimed, now: datetime
) -> list[Ready]:
    """What may go out of these: mails to our own people, and customers' to the address of the trial."""
    kept: list[Ready] = []
    nowhere: list[Ready] = []
    for item in ready:
        if item.group.lead.staff_id is not None:
            kept.append(item)
            continue
        tried = replace(item, group=replace(item.group, is_trial=True))
        if trial.send_to is None:
            nowhere.append(tried)
        else:
            elsewhere = (trial.send_to, *item.mail.recipients[1:])
            kept.append(replace(tried, mail=replace(item.mail, recipients=elsewhere)))
    if nowhere:
        numbers = mark_mails(session, nowhere, claimed.token, now, claimed.lease_until)
        keep_trial(session, numbers, [item.group for item in nowhere], now, claimed.report)
    return kept
