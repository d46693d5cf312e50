"""Signed links and addresses: they name one message, cannot be made up, and links grow old."""

import hmac
import re
from datetime import datetime, timedelta
from functools import lru_cache
from hashlib import blake2b, sha256
from urllib.parse import quote, urlsplit

from itsdangerous import BadSignature, TimestampSigner
from itsdangerous.encoding import base64_encode, int_to_bytes, want_bytes

from models.errors import RefusedError
from tasks.runtime.clock import Clock, SystemClock

_TAGGED = re.compile(r"\+(?P<key>[a-z0-9-]+)\.(?P<signature>[0-9a-f]{16})@")
_MESSAGE_ID = re.compile(r"<?seguito\.(?P<key>[a-z0-9-]+)\.(?P<signature>[0-9a-f]{16})(?:@|$)")
_PLAIN_URL = re.compile(r"https?://[A-Za-z0-9.:\[\]/_~-]+")  # nothing that HTML or a header needs escaped
_SIGNATURE_BYTES = 8
_LOCAL_PART, _PATH = 64, 256
"""Octets that every mail server takes; the angle brackets count in the second."""


def desk(public_url: str, customer: str = "") -> str:
    """The desk, or a customer there by reference; whoever opens it has to be signed in."""
    page = f"{public_url.rstrip('/')}/desk"
    return f"{page}/customer/{quote(customer)}" if customer else page


def door(public_url: str, case_id: int) -> str:
    """The page that mails the link of a case to its manager; opens nothing, so it may stand anywhere."""
    return f"{public_url.rstrip('/')}/case/{case_id}"


class LinkError(RefusedError):
    """A link that opens nothing."""


class LinkForged(LinkError):  # noqa: N818 (named for what happened to the link)
    """The link was not made by us, or was cut or changed on its way."""


class LinkExpired(LinkError):  # noqa: N818
    """The link was ours and is too old now."""


class _Signer(TimestampSigner):
    """Signs with the time it is told, so that composing again gives the same mail; derives its key once."""

    def __init__(self, key: str, purpose: str) -> None:
        super().__init__(key, salt=f"seguito.{purpose}")
        self._derived = super().derive_key()

    def derive_key(self, secret_key: str | bytes | None = None) -> bytes:
        return self._derived if secret_key is None else super().derive_key(secret_key)

    def sign_at(self, value: str, at: datetime) -> str:
        signed = f"{value}.{_stamp(at)}"
        return f"{signed}.{self.get_signature(signed).decode()}"

    def get_signature(self, value: str | bytes) -> bytes:
        # what the base class computes, in one step instead of five: every mail needs it
        return base64_encode(hmac.digest(self._derived, want_bytes(value), "sha1"))

    def read(self, token: str, oldest: datetime) -> str:
        try:
            value, signed_at = self.unsign(token, return_timestamp=True)
            if (
                signed_at >= oldest
            ):  # a little in the future is no fault: clocks differ, and sweeps can be told a time
                return value.decode()
        except (BadSignature, UnicodeError) as error:
            raise LinkForged("the link is not ours") from error
        raise LinkExpired("the link is too old")


@lru_cache(maxsize=64)
def _stamp(at: datetime) -> str:
    return base64_encode(int_to_bytes(int(at.timestamp()))).decode()


class Links:
    """Makes and reads the links of the mails, and the addresses that answers come back to.

    Writing takes the instant it happens at (`now`, aware); reading asks the clock.

    Raises:
        ValueError: the public address is no plain web address.
    """

    def __init__(self, public_url: str, signing_key: str, clock: Clock | None = None) -> None:
        if not _PLAIN_URL.fullmatch(public_url):
            raise ValueError(
                f"{public_url!r} is no plain web address; write it like https://answers.example.com"
            )
        self._base = public_url.rstrip("/")
        self.host = (urlsplit(self._base).hostname or "").lower()
        """The name under which the pages are reached."""
        self.is_https = self._base.startswith("https://")
        self._secret = sha256(signing_key.encode()).digest()
        self._clock = clock or SystemClock()
        self._answers = _Signer(signing_key, "answer")
        self._unsubscribes = _Signer(signing_key, "unsubscribe")
        self._cases = _Signer(signing_key, "case")
        self._duties = _Signer(signing_key, "duty")
        self._dossiers = _Signer(signing_key, "dossier")
        self._own = _Signer(signing_key, "own")

    def answer(self, key: str, now: datetime) -> str:
        """The page where the reader of message `key` answers."""
        return f"{self._base}/a/{self._answers.sign_at(key, now)}"

    def unsubscribe(self, key: str, now: datetime) -> str:
        """The page that stops the courtesy mails; also takes a one-click POST (RFC 8058)."""
        return f"{self._base}/u/{self._unsubscribes.sign_at(key, now)}"

    def case(self, case_id: int, staff_id: int, now: datetime) -> str:
        """The page of a case, for one member of staff."""
        return f"{self._base}/c/{self._cases.sign_at(f'{case_id}-{staff_id}', now)}"

    def dossier(self, customer_id: int, staff_id: int, now: datetime) -> str:
        """The page with all we know of a customer, for one member of staff."""
        return f"{self._base}/d/{self._dossiers.sign_at(f'{customer_id}-{staff_id}', now)}"

    def duty(self, kind: str, matter_id: int, staff_id: int, now: datetime) -> str:
        """The page of a `commitment` or an `inbound` mail (`kind`), for one member of staff."""
        return f"{self._base}/i/{self._duties.sign_at(f'{kind}-{matter_id}-{staff_id}', now)}"

    def own(self, staff_id: int, now: datetime) -> str:
        """The page of a member of staff, where any customer's matter can be raised."""
        return f"{self._base}/r/{self._own.sign_at(str(staff_id), now)}"

    def read_answer(self, token: str, max_age_days: float) -> str:
        """The key of the message that an answer link belongs to.

        Raises:
            LinkExpired: it is older than `max_age_days`.
            LinkForged: it is not ours.
        """
        return self._answers.read(token, self._oldest(max_age_days))

    def read_unsubscribe(self, token: str, max_age_days: float) -> str:
        """The key of the message that an unsubscribe link belongs to; raises like `read_answer`."""
        return self._unsubscribes.read(token, self._oldest(max_age_days))

    def read_case(self, token: str, max_age_days: float) -> tuple[int, int]:
        """Case and member of staff that a case link belongs to; raises like `read_answer`."""
        case_id, staff_id = self._cases.read(token, self._oldest(max_age_days)).split("-")
        return int(case_id), int(staff_id)

    def read_dossier(self, token: str, max_age_days: float) -> tuple[int, int]:
        """Customer and member of staff that a dossier link belongs to; raises like `read_answer`."""
        customer_id, staff_id = self._dossiers.read(token, self._oldest(max_age_days)).split("-")
        return int(customer_id), int(staff_id)

    def read_duty(self, token: str, max_age_days: float) -> tuple[str, int, int]:
        """Kind, id and member of staff that a link of `duty` belongs to; raises like `read_answer`."""
        kind, matter_id, staff_id = self._duties.read(token, self._oldest(max_age_days)).split("-")
        return kind, int(matter_id), int(staff_id)

    def read_own(self, token: str, max_age_days: float) -> int:
        """Member of staff that a link of `own` belongs to; raises like `read_answer`."""
        return int(self._own.read(token, self._oldest(max_age_days)))

    def reply_to(self, key: str, sender: str) -> str:
        """The address that answers to message `key` go to: the sender's, with a signed tag after a plus."""
        return self._tagged("reply", key, sender)

    def return_path(self, key: str, sender: str) -> str:
        """The envelope sender of message `key`, which reports of its failure go to; made like `reply_to`."""
        return self._tagged("return", key, sender)

    def _tagged(self, purpose: str, key: str, sender: str) -> str:
        """The sender's address with a signed tag; without one where that would be too long (RFC 5321, 4.5.3.1)."""
        local, _, domain = sender.rpartition("@")
        tagged = f"{local}+{key}.{self.signature(purpose, key)}"
        fits = len(tagged) <= _LOCAL_PART and len(tagged) + len(domain) + len("<@>") <= _PATH
        return f"{tagged}@{domain}" if fits else sender

    def read_reply_to(self, address: str) -> str | None:
        """The key of the message that an address was made for; nothing when it is no such address of ours."""
        return self._read_tag("reply", address)

    def read_return_path(self, address: str) -> str | None:
        """The key of the message that an envelope sender was made for; nothing when it is none of ours."""
        return self._read_tag("return", address)

    def _read_tag(self, purpose: str, address: str) -> str | None:
        match = _TAGGED.search(address.lower())  # some servers change the case of local parts
        if match is None:
            return None
        genuine = hmac.compare_digest(match["signature"], self.signature(purpose, match["key"]))
        return match["key"] if genuine else None

    def read_message_id(self, message_id: str) -> str | None:
        """The key of the message that a Message-ID was made for; nothing when it is none of ours."""
        match = _MESSAGE_ID.match(message_id.strip().lower())
        if match is None:
            return None
        genuine = hmac.compare_digest(match["signature"], self.signature("message", match["key"]))
        return match["key"] if genuine else None

    def signature(self, purpose: str, value: str) -> str:
        """Sixteen hexadecimal digits that only the holder of the key can make."""
        return blake2b(
            f"{purpose}:{value}".encode(), key=self._secret, digest_size=_SIGNATURE_BYTES
        ).hexdigest()

    def _oldest(self, max_age_days: float) -> datetime:
        return self._clock.now() - timedelta(days=max_age_days)
