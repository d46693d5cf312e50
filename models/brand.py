"""A company's own face: its logo and colours, what the law wants it to say of itself, and how it is paid."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from models.rules.mails.colour import contrast, is_colour
from models.rules.mails.iban import is_iban, spaced

READABLE = 4.5
"""The least contrast of words to what they stand on (WCAG 2.2, AA)."""
LOGOS = {".png": "png", ".jpg": "jpeg", ".jpeg": "jpeg", ".gif": "gif"}
"""By ending: the kind of picture that every mail program shows."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Brand(_Strict):
    """How mails and pages look."""

    logo: Path | None = None
    """PNG, JPEG or GIF of at most 200 kB, beside the policy unless the path is whole; attached to each mail."""
    logo_alt: str = ""
    """What stands where the picture is not shown; the company's name unless told."""
    logo_width: int = Field(default=160, ge=16, le=320)
    """In pixels."""
    colour: str = "#1f5f43"
    """Of links and buttons, such as #1f5f43."""
    on_colour: str = "#ffffff"
    """Of the words on it."""

    @field_validator("colour", "on_colour")
    @classmethod
    def _is_colour(cls, value: str) -> str:
        if not is_colour(value):
            raise ValueError(f"{value!r} is no colour; write it like '#1f5f43'")
        return value.lower()

    @field_validator("logo")
    @classmethod
    def _is_picture(cls, value: Path | None) -> Path | None:
        if value is not None and value.suffix.lower() not in LOGOS:
            raise ValueError(f"{value.name!r} is no picture that mails show; give a PNG, JPEG or GIF")
        return value

    @model_validator(mode="after")
    def _can_be_read(self) -> Self:
        for words, ground, what in (
            (self.on_colour, self.colour, "on_colour on colour"),
            (self.colour, "#ffffff", "colour on white"),
        ):
            if (found := contrast(words, ground)) < READABLE:
                raise ValueError(
                    f"{what} has a contrast of {found:.1f}, and people need {READABLE}; take a darker colour"
                )
        return self


_REGISTERED = {
    "vat_number": "P. IVA",
    "fiscal_code": "C.F.",
    "rea": "REA",
    "capital": "Cap. soc.",
    "nip": "NIP",
    "regon": "REGON",
    "krs": "KRS",
    "court": "",
    "capital_pl": "Kapitał zakładowy:",
    "ust_id": "USt-IdNr.",
    "handelsregister": "",
    "management": "",
}
"""How each stands before its number; the words are those of the law of the country, in every language alike."""


class Register(_Strict):
    """What a company must say of itself in its letters (art. 2250 c.c., art. 206 KSH, § 35a GmbHG). Empty: left out."""

    vat_number: str = ""
    fiscal_code: str = ""
    rea: str = ""
    """With the office, such as `TV-123456`."""
    capital: str = ""
    """With what is paid up, such as `€ 10.000 i.v.`."""
    nip: str = ""
    regon: str = ""
    krs: str = ""
    court: str = ""
    """The court of the register, whole, such as `Sąd Rejonowy dla m.st. Warszawy, XII Wydział Gospodarczy KRS`."""
    capital_pl: str = ""
    ust_id: str = ""
    handelsregister: str = ""
    """Court and number, whole, such as `Amtsgericht Bozen, HRB 123`."""
    management: str = ""

    def lines(self) -> Iterator[str]:
        """What is there, each with its name."""
        for name, title in _REGISTERED.items():
            if value := getattr(self, name):
                yield f"{title} {value}".strip()


class Payment(_Strict):
    """How invoices are paid. Without an account reminders name none."""

    iban: str = ""
    holder: str = ""
    """The company's name unless told."""
    bic: str = ""
    nip: str = ""
    """Of the payee, for the code of Polish banks; may be empty."""
    ways: dict[str, str] = {}
    """By language: further ways to pay, in a sentence."""
    code: bool = True
    """Whether a QR code stands beside the account (EPC069-12 in euro, the Polish banks' own in złoty)."""

    @field_validator("iban")
    @classmethod
    def _is_iban(cls, value: str) -> str:
        plain = re.sub(r"\s", "", value).upper()
        if plain and not is_iban(plain):
            raise ValueError(f"{value!r} is no IBAN: its check digits do not fit; copy it from the bank")
        return plain

    @property
    def written(self) -> str:
        """The account as people read it, in groups of four."""
        return spaced(self.iban)
