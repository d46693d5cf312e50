"""Files that speak of one customer: originals, mails kept on this machine, rejected rows."""

import csv
from collections.abc import Collection, Iterable
from email import message_from_bytes, policy
from email.errors import MessageError
from email.message import EmailMessage
from pathlib import Path

from models.tables import Customer
from tasks.mailboxes.opening import originals_folder
from tasks.runtime.settings import Settings

_LEAST_NAME = 6


def marks(customer: Customer, addresses: Collection[str]) -> frozenset[str]:
    """Words that only this customer's mails hold, in small letters."""
    name = customer.name.strip().lower()
    own = {name} if len(name) >= _LEAST_NAME and " " in name else set()
    return frozenset({*addresses, *own, *({customer.phone.lower()} if customer.phone else ())})


def remove(
    settings: Settings, words: Collection[str], refs: Collection[str], digests: Collection[str]
) -> int:
    """Remove what speaks of a customer from originals, Maildirs and rejects; returns how many files and rows."""
    count = sum(_unlink(originals_folder(settings) / one[:2] / f"{one}.eml") for one in digests if one)
    own = (settings.state_dir / name for name in ("mailbox", "archive"))
    folders = (settings.inbox_maildir, settings.archive_maildir, *own)
    for folder in {path.absolute() for path in folders if path is not None}:
        mails = (path for part in ("new", "cur") for path in (folder / part).glob("*"))
        count += sum(_unlink(path) for path in mails if _speaks_of(path, words))
    for path in (settings.state_dir / "rejects").glob("*.csv"):
        count += _without(path, words, refs)
    return count


def _unlink(path: Path) -> bool:
    if not path.exists():
        return False
    path.unlink()
    return True


def _speaks_of(path: Path, words: Collection[str]) -> bool:
    try:
        mail = message_from_bytes(path.read_bytes(), _class=EmailMessage, policy=policy.default)
        texts = [str(value) for value in mail.values()]
        texts += [str(part.get_content()) for part in mail.walk() if part.get_content_maintype() == "text"]
    except (MessageError, LookupError, ValueError, AttributeError, KeyError):
        texts = [path.read_bytes().decode("utf-8", "replace")]
    whole = "\n".join(texts).lower()
    return any(word in whole for word in words)


def _without(path: Path, words: Collection[str], refs: Collection[str]) -> int:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    kept = [row for row in rows if not _names(row, words, refs)]
    if len(kept) == len(rows):
        return 0
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(kept)
    return len(rows) - len(kept)


def _names(row: Iterable[str], words: Collection[str], refs: Collection[str]) -> bool:
    cells = [cell.lower() for cell in row]
    return any(cell in refs for cell in row) or any(word in cell for cell in cells for word in words)
