"""The policy: what ops may change without touching code. Read from TOML, refused with the line and the fix."""

import hashlib
import re
import tomllib
from datetime import date
from pathlib import Path
from typing import Any, Self
from zoneinfo import available_timezones

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    ValidationError,
    field_validator,
    model_validator,
)

from models.based_on import BaseError, with_base
from models.brand import Brand, Payment, Register
from models.credit import Credit
from models.errors import MendError
from models.languages import CODES, ELSE
from models.retention import Retention
from models.rules.calendar.calendars import Place, Window
from models.rules.commitments.ladder import Ladder
from models.rules.commitments.ledger import Ledger
from models.rules.importing.guard import Imports
from models.rules.inbound.trouble_words import TroubleWords
from models.rules.planning import promises, vocabulary
from models.rules.planning.cadence import Cadence
from models.rules.responses.call_hour import BUILT_IN, OwnWords
from models.sending import Sending
from models.words import CommitmentKind

SWEEPS = ("welcome-contact", "satisfaction-check", "delay-alert", "credit-recovery", "escalate-unanswered")
"""The flows that send. Every cadence names one of them."""


ESCALATION = "escalate-unanswered"
"""The sweep that takes to our own people what nobody answered."""

NOTICE = "commitment-notice"
MAIL_NOTICE = "inbound-notice"
"""The cadence whose mail tells of a promise; the rungs of ladders are its steps."""
DIGEST = "daily-digest"
"""The cadence of the one mail a day to whoever has calls to make. Without it, every notice goes out by itself."""
FAULT_NOTICE = "fault-notice"
"""The cadence of the mail that tells of a fault; a policy without it has the built-in one."""
APPOINTMENT = "appointment"
"""The cadence of the mail that tells a customer of an appointment, with its calendar file; built in likewise."""
REPLY = "reply"
"""The cadence of the mails that our own people write at the desk; built in likewise."""
DEFAULT_LADDER = "default"


class PolicyError(MendError):
    """The policy cannot be used; the message names file, line, field and fix, one line each."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Company(_Strict):
    """Who writes: names and addresses as customers see them."""

    name: str
    sender: str = Field(pattern=r"^[^@\s]+@[^@\s]+$")
    """The address all mails come from; its domain stands in every Message-ID."""
    certified_sender: str = Field(default="", pattern=r"^$|^[^@\s]+@[^@\s]+$")
    """The address of the company's account for certified mail (PEC), which cadences of the audience `certified` use."""
    signature: str
    """How the after-sale team signs."""
    phone: str
    postal_address: str
    country: str = Field(pattern=r"^[A-Z]{2}$")
    timezone: str
    language: str
    """In which our own people are written to where nothing else is known: a code of `models.languages`."""
    language_else: str = ELSE
    """For a customer whose language is not written here."""
    aliases: dict[str, str] = {}
    """By reference of one of our people: the address of the company under which customers reach that person. It must
    lead to the mailbox that is collected. Whoever has none is reached at `sender`; private work addresses are shown
    to nobody outside."""
    signatures: dict[str, str] = {}
    """How the after-sale team signs, by language; in the others `signature`, or a shipped one."""
    hours: str | dict[str, str] = ""
    """When somebody answers the phone, in a line; or by language."""
    privacy_url: str = Field(default="", pattern=r"^(https://\S+)?$")
    """The page that says what is done with what customers write."""
    brand: Brand = Brand()
    registered: Register = Register()
    """What the law wants it to say of itself."""
    payment: Payment = Payment()
    ops: tuple[str, ...] = ()
    """Addresses of those who run this installation: each kind of trouble is told to them once, and once when it is
    over."""
    follow_up_from: date | None = None
    """Orders signed and invoices issued before this day are left alone."""

    @field_validator("aliases")
    @classmethod
    def _are_addresses(cls, value: dict[str, str]) -> dict[str, str]:
        for ref, address in value.items():
            if not re.fullmatch(r"[^@\s]+@[^@\s]+", address):
                raise ValueError(f"{address!r} of {ref} is no address; write one that the mailbox collects")
        return value

    @field_validator("ops")
    @classmethod
    def _can_be_told(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for address in value:
            if not re.fullmatch(r"[^@\s]+@[^@\s]+", address):
                raise ValueError(
                    f"{address!r} is no address; write one of somebody who runs this installation"
                )
        return value

    def shown_address(self, ref: str) -> str:
        """Where customers write to one of our people."""
        return self.aliases.get(ref, self.sender)

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError(f"{value!r} is no time zone; write an IANA name such as 'Europe/Rome'")
        return value

    @field_validator("language", "language_else")
    @classmethod
    def _known_language(cls, value: str) -> str:
        if value not in CODES:
            raise ValueError(f"{value!r} is a language without texts; choose from {', '.join(CODES)}")
        return value

    def opening(self, language: str) -> str:
        """When somebody answers the phone, in a language; empty where nothing is said."""
        return self.hours if isinstance(self.hours, str) else self.hours.get(language, "")

    @property
    def place(self) -> Place:
        """Where the company works; the place of its staff."""
        return Place(self.country, self.timezone)


class Answers(_Strict):
    """What happens to the mails that come in."""

    reply_within: str = "1 business day"
    """By when a person answers a customer's mail, on the staff's working hours."""
    phone_within: str = "1 business day"
    """By when a person calls a customer whom our mails do not reach."""
    said_paid_wait: str = "5 business days"
    """How long the reminders of an invoice rest once its customer says that it is paid: the time to check."""
    silent_call_share: float = Field(default=0.05, ge=0, le=1)
    """Part of the silent customers who are called where `on_silence` is `draw`; 0.05 is one in twenty."""
    silent_call_seed: str = "seguito"
    """What the lot is drawn with, together with the order; no secret. Another word draws others."""
    soft_bounce_hours: tuple[int, ...] = (24, 72)
    """Waits after a mail that came back for the time being; when they are used up the address counts as dead."""
    max_mail_megabytes: int = Field(default=25, ge=1, le=1000)
    """Larger mails are not read: only their head is kept, and a person looks."""

    @field_validator("reply_within", "phone_within", "said_paid_wait")
    @classmethod
    def _is_distance(cls, value: str) -> str:
        if not re.fullmatch(r"\d+ (hours?|days?|business days?)", value):
            raise ValueError(
                f"{value!r} is no time to answer in; write for instance '4 hours' or '1 business day'"
            )
        return value


class Trial(_Strict):
    """What happens to customers' mails before `seguito go-live`."""

    send_to: str | None = Field(default=None, pattern=r"^[^@\s]+@[^@\s]+$")
    """Where they go instead; empty: nowhere. With an address, the local mailbox is on trial too."""


class Reporting(_Strict):
    """What the report may say of our own people."""

    name_owners: bool = False
    """Whether missed promises are counted by owner. Off: by team; counting a worker's misses is monitoring (B23)."""
    min_team: int = Field(default=3, ge=1)
    """Teams of fewer people are counted together as `others`, since their count would be somebody's."""


class Policy(_Strict):
    """Everything in `policy.toml`."""

    company: Company
    sending: Sending = Sending()
    answers: Answers = Answers()
    credit: Credit = Credit()
    trouble: TroubleWords = TroubleWords()
    call_words: OwnWords = BUILT_IN
    report: Reporting = Reporting()
    trial: Trial = Trial()
    imports: Imports = Imports()
    windows: dict[str, Window]
    cadences: dict[str, Cadence]
    ledger: Ledger = Ledger()
    retention: Retention = Retention()
    accepts: tuple[str, ...] = ()
    """Names of gaps (`models.rules.planning.promises`) that the company wants so; they are shown every night."""
    ladders: dict[str, Ladder] = {}
    """By kind of promise; `default` for the others. Without any, the owner is told once and nobody else."""

    _mailed: tuple[dict[str, Cadence], tuple[str, ...]] | None = PrivateAttr(None)

    @property
    def mailed_kinds(self) -> tuple[str, ...]:
        """The cadences that send mails, in the order of the file."""
        if (
            self._mailed is None or self._mailed[0] is not self.cadences
        ):  # a changed copy brings this one along
            self._mailed = self.cadences, tuple(kind for kind, one in self.cadences.items() if one.sends)
        return self._mailed[1]

    @model_validator(mode="before")
    @classmethod
    def _built_in(cls, data: Any) -> Any:
        """No policy can do without the mail that tells of a fault, what people write at the desk, and appointments."""
        cadences, windows = (
            (data.get(key) for key in ("cadences", "windows")) if isinstance(data, dict) else (0, 0)
        )
        if not isinstance(cadences, dict) or not isinstance(windows, dict):
            return data
        window = next((name for name in ("at-once", "staff", *windows) if name in windows), "staff")
        built_in = {
            "sweep": "escalate-unanswered",
            "window": window,
        }
        fault: dict[str, Any] = {
            "subject": "staff",
            "anchor": "fault",
            "audience": "manager",
            "steps": _step("fault"),
        }
        reply: dict[str, Any] = {
            "subject": "reply",
            "anchor": "written",
            "max_late": "30 days",
            "steps": _step("answer"),
        }
        meeting: dict[str, Any] = {
            "subject": "agreed",
            "anchor": "agreed",
            "max_late": "2 days",
            "moot_when": ("closed",),
            "answers": ("call-me", "message"),
            "steps": _step("agreed"),
            **({"window": "news"} if "news" in windows else {}),
        }
        told: dict[str, dict[str, Any]] = {FAULT_NOTICE: fault, REPLY: reply, APPOINTMENT: meeting}
        known = {kind: {**built_in, **one} for kind, one in told.items()}
        return {
            **data,
            "cadences": {**cadences, **{key: one for key, one in known.items() if key not in cadences}},
        }

    @model_validator(mode="after")
    def _names_meet(self) -> Self:
        for name, cadence in self.cadences.items():
            if cadence.window not in self.windows:
                raise ValueError(
                    f"cadences.{name}.window: there is no [windows.{cadence.window}]; "
                    f"choose from {', '.join(sorted(self.windows))}"
                )
            if cadence.audience == vocabulary.CERTIFIED and not self.company.certified_sender:
                raise ValueError(
                    f"cadences.{name}.audience: 'certified' needs company.certified_sender, the address of the account"
                )
            if cadence.sweep not in SWEEPS:
                raise ValueError(
                    f"cadences.{name}.sweep: {cadence.sweep!r} is no sweep; choose from {', '.join(SWEEPS)}"
                )
        found = [
            f"cadences.{name}.{key}: {problem}"
            for name, cadence in self.cadences.items()
            for key, problem in vocabulary.problems(cadence)
        ]
        if found:
            raise ValueError("\n".join(found))
        return self

    @model_validator(mode="after")
    def _ladders_meet(self) -> Self:
        """A ladder for every kind of promise, and a mail for it (B36)."""
        if not self.ladders:
            return self
        kinds = [str(kind) for kind in CommitmentKind]
        for name in self.ladders:
            if name not in {*kinds, DEFAULT_LADDER}:
                raise ValueError(
                    f"ladders.{name}: {name!r} is no kind of promise; choose from {', '.join(kinds)}, {DEFAULT_LADDER}"
                )
        missing = [kind for kind in kinds if self.ladder(kind) is None]
        if missing:
            raise ValueError(f"ladders: no ladder for {', '.join(missing)}; add [ladders.{DEFAULT_LADDER}]")
        if NOTICE not in self.cadences:
            raise ValueError(
                f"ladders: nobody can be told; add [cadences.{NOTICE}], with subject = 'commitment'"
            )
        return self

    @model_validator(mode="after")
    def _accepts_what_there_is(self) -> Self:
        if unknown := [name for name in self.accepts if name not in promises.NAMES]:
            known = ", ".join(sorted(promises.NAMES))
            raise ValueError(f"accepts: {unknown[0]!r} is no gap that there can be; choose from {known}")
        return self

    @property
    def gaps(self) -> list[promises.PolicyGap]:
        """Which promised behaviours cannot hold under this policy, accepted or not."""
        return promises.gaps(
            self.cadences,
            self.windows,
            has_ladders=bool(self.ladders),
            silent_call_share=self.answers.silent_call_share,
        )

    def ladder(self, kind: str) -> Ladder | None:
        """The ladder of a kind of promise; None where the policy has none at all."""
        return self.ladders.get(kind) or self.ladders.get(DEFAULT_LADDER)

    @property
    def working_hours(self) -> Window:
        """When our people work: the window `staff`, or always where the policy has none."""
        return self.windows.get("staff", Window(("00:00-24:00",), "every"))

    def kinds_of(self, sweep: str) -> tuple[str, ...]:
        """The kinds that a sweep sends."""
        return tuple(kind for kind, cadence in self.cadences.items() if cadence.sweep == sweep)

    def fingerprint(self) -> str:
        """Changes when something changes that planning depends on."""
        planning = {"cadences": self.cadences, "windows": self.windows, "from": self.company.follow_up_from}
        return hashlib.sha256(repr(planning).encode()).hexdigest()[:16]


def _step(name: str) -> tuple[dict[str, str], ...]:
    return ({"name": name, "after": "0 hours"},)


def load(path: Path) -> Policy:
    """Read and check a policy file.

    Raises:
        PolicyError: the file is missing, is no TOML, or says something that cannot hold.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise PolicyError(f"{path}: is not UTF-8 (byte {error.start}); save it as UTF-8") from error
    except OSError as error:
        raise PolicyError(
            f"{path}: cannot be read ({error.strerror}); give the path of a policy file"
        ) from error
    return parse(text, str(path))


def parse(text: str, name: str = "policy.toml") -> Policy:
    """Check the text of a policy; `name` stands in the errors.

    Raises:
        PolicyError: see `load`.
    """
    try:
        raw = with_base(tomllib.loads(text), Path(name).parent)
    except (tomllib.TOMLDecodeError, BaseError) as error:
        raise PolicyError(f"{name}: {error}") from error
    try:
        return Policy.model_validate(_beside(_tuples(raw), Path(name).parent))
    except ValidationError as error:
        problems = (
            _problem(text, name, list(item["loc"]), message)
            for item in error.errors()
            for message in item["msg"].removeprefix("Value error, ").split("\n")
        )
        raise PolicyError("\n".join(problems)) from error


def _beside(raw: dict[str, Any], folder: Path) -> dict[str, Any]:
    """The path of the logo, which stands beside the policy, in full."""
    company = raw.get("company")
    brand = company.get("brand") if isinstance(company, dict) else None
    if not isinstance(company, dict) or not isinstance(brand, dict) or not isinstance(brand.get("logo"), str):
        return raw
    return raw | {"company": company | {"brand": brand | {"logo": str(folder / brand["logo"])}}}


def _tuples(raw: Any) -> Any:
    """TOML gives lists; frozen values want tuples."""
    if isinstance(raw, dict):
        return {key: _tuples(value) for key, value in raw.items()}
    return tuple(_tuples(value) for value in raw) if isinstance(raw, list) else raw


def _problem(text: str, name: str, loc: list[Any], message: str) -> str:
    if not loc and (match := re.match(r"([\w.-]+): (.*)", message, re.DOTALL)):
        loc, message = list(match[1].split(".")), match[2]
    fix = {
        "Field required": "this setting is missing; add it",
        "Extra inputs are not permitted": "this setting is not known; take it out, or mend its name",
        "Unexpected keyword argument": "this setting is not known; take it out, or mend its name",
    }.get(message, message)
    return f"{name}, line {_line(text, loc)}: {'.'.join(str(part) for part in loc)}: {fix}"


def _line(text: str, loc: list[Any]) -> int:
    """The line that a place in the data most likely stands on: its key inside its section, else the section."""
    keys = [str(part) for part in loc if not isinstance(part, int)]
    best, section = 1, ""
    reached = 0
    for number, line in enumerate(text.splitlines(), start=1):
        if header := re.match(r"\s*\[+\s*([^\]]+?)\s*\]+", line):
            section = header[1].replace('"', "")
        here = [part for part in section.split(".") if part]
        key = re.match(r"\s*\"?([\w-]+)\"?\s*=", line)
        full = [*here, key[1]] if key else here
        depth = len(full) if full == keys[: len(full)] else 0
        if depth > reached:
            best, reached = number, depth
    return best
