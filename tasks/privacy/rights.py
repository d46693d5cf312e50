"""A copy of all that is kept of one customer, and taking the customer out."""

import json
from datetime import date, datetime
from typing import Any

from models.errors import RefusedError
from models.queries import history, people
from models.queries.privacy import erase as queries
from models.queries.privacy import person as persons
from models.words import Subject
from tasks.commitments.own_sales import check_own_sale
from tasks.privacy import files
from tasks.runtime.ground import Ground
from tasks.runtime.settings import Settings


class CannotEraseError(RefusedError):
    """Nothing was erased; the message says what is open, by references."""


def export(ground: Ground, ref: str) -> str:
    """All that is kept of a customer, as JSON that a person can read too: one list for each table.

    Raises:
        RefusedError: nobody has this reference.
    """
    with ground.db.read() as session:
        person = persons.by_ref(session, ref)
        if person is None:
            raise RefusedError(f"no customer has the reference {ref}; nothing was done")
        found = dict(persons.tables(session, person))
    return json.dumps(found, indent=1, ensure_ascii=False, default=_plain)


def erase(ground: Ground, settings: Settings, ref: str, by: str) -> str:
    """Take a customer out of database and files; figures stay. Returns what was done, by references.

    Raises:
        CannotEraseError: something is open, or nobody has these references; nothing was done.
        ActError: whoever sold to the customer would do it, and somebody else works here.
    """
    check_person(ground, by)
    with ground.db.read() as session:
        who, person = people.staff_by_ref(session, by.strip()), persons.by_ref(session, ref)
        if who is not None and person is not None:
            check_own_sale(session, who, person.customer.id, "erasing an own customer")
    return erase_by_policy(ground, settings, ref, by.strip())


def check_person(ground: Ground, by: str) -> None:
    """See that somebody here has this reference.

    Raises:
        CannotEraseError: nobody has it.
    """
    with ground.db.read() as session:
        if people.staff_by_ref(session, by.strip()) is None:
            raise CannotEraseError(f"nobody here has the reference {by}; nothing was done")


def erase_by_policy(ground: Ground, settings: Settings, ref: str, actor: str) -> str:
    """The same for whoever acts: one of our people, or the policy's own time (`tasks.privacy.retention`).

    Raises:
        CannotEraseError: something is open, or no customer has this reference; nothing was done.
    """
    now = ground.clock.now()
    with ground.db.write() as session:
        person = persons.by_ref(session, ref)
        if person is None:
            raise CannotEraseError(f"no customer has the reference {ref}; nothing was done")
        if matters := sorted(persons.open_matters(session, person)):
            raise CannotEraseError(f"{ref} cannot be erased yet: {'; '.join(matters)}")
        words = files.marks(person.customer, person.addresses)
        digests, key = queries.digests(session, person), person.customer.id
        queries.take_out(session, person, now)
        history.note(session, (Subject.CUSTOMER, key), queries.ERASED, now, actor)
        session.flush()
        refs = persons.refs(session, person)
    count = files.remove(settings, words, refs, digests)
    return f"{ref} is erased; {count} files and rejected rows removed; {_elsewhere(settings)}"


def _elsewhere(settings: Settings) -> str:
    """What is not ours to change."""
    kept = "copies of the database keep what they hold until you delete them"
    if settings.archive_imap_folder or (settings.archive_address and not settings.archive_maildir):
        return f"{kept}, and so does the archive on the mail server: search it for the address"
    return kept


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, date | datetime) else str(value)
