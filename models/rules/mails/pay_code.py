"""What a code to pay with says: the form of the European banks for euro, and that of the Polish banks for złoty."""

from dataclasses import dataclass

_MOST_EURO_CENTS = 99_999_999_999
_MOST_GROSZE = 999_999
_HOLDER, _HOLDER_PL = 70, 20
_WORDS, _WORDS_PL = 140, 32


@dataclass(frozen=True)
class Transfer:
    """A transfer that somebody is asked to make."""

    iban: str
    holder: str
    amount_cents: int
    currency: str
    words: str
    """What the transfer is to say, so that it can be told apart: the numbers of the invoices."""
    bic: str = ""
    nip: str = ""
    """The payee's tax number; known to the Polish form alone."""


def content(transfer: Transfer) -> str | None:
    """The text of the code; None where no form fits (another currency, a sum that it cannot say)."""
    if transfer.currency == "EUR" and 0 < transfer.amount_cents <= _MOST_EURO_CENTS:
        return _euro(transfer)
    if (
        transfer.currency == "PLN"
        and transfer.iban.startswith("PL")
        and 0 < transfer.amount_cents <= _MOST_GROSZE
    ):
        return _zloty(transfer)
    return None


def _euro(transfer: Transfer) -> str:
    """EPC069-12, version 002: without a BIC inside the EEA, UTF-8, a transfer, the words as free text."""
    sum_ = f"EUR{transfer.amount_cents // 100}.{transfer.amount_cents % 100:02}"
    holder, words = transfer.holder[:_HOLDER], transfer.words[:_WORDS]
    return f"BCD\n002\n1\nSCT\n{transfer.bic}\n{holder}\n{transfer.iban}\n{sum_}\n\n\n{words}"


def _zloty(transfer: Transfer) -> str:
    """The recommendation of the Polish Bank Association for transfers at home: nine fields, parted by bars."""
    fields = (
        transfer.nip,
        "PL",
        transfer.iban.removeprefix("PL"),
        f"{transfer.amount_cents:06}",
        _plain(transfer.holder, _HOLDER_PL),
        _plain(transfer.words, _WORDS_PL),
        "",
        "",
        "",
    )
    return "|".join(fields)


def _plain(text: str, most: int) -> str:
    return text.replace("|", " ")[:most]
