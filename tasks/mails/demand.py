"""What a formal warning demands, in words, and what the transfer that it asks for comes to."""

from collections.abc import Iterator
from typing import NamedTuple

from tasks.mails.formats import money
from tasks.mails.labels import label, worded
from tasks.mails.letter import Demand, Interest, InvoiceLine, Letter
from tasks.mails.views import day, dotted

_EURO = "EUR"


class DemandView(NamedTuple):
    """A demand in words."""

    total: str
    """Everything that is asked for."""
    lines: tuple[str, ...]
    """What it is made of, where it is more than the invoices, and by which law."""
    ground: str
    """What the letter is by the law of the country, as a sentence."""


def asked(letter: Letter) -> dict[str, int]:
    """What a letter asks to be transferred: hundredths by currency. A flat sum in euro joins invoices in euro alone."""
    sums = _principal(letter.invoices)
    if letter.demand is not None:
        for currency, cents in letter.demand.interest.sums if letter.demand.interest else ():
            sums[currency] = sums.get(currency, 0) + cents
        if _EURO in sums:
            sums[_EURO] += letter.demand.flat_euro_cents
    return sums


def demand_view(letter: Letter) -> DemandView | None:
    """The demand of a letter in its language; None where it makes none."""
    demand, language = letter.demand, letter.language
    if demand is None:
        return None
    parts = [_written(language, asked(letter))]
    if (flat := demand.flat_euro_cents) and not _is_euro(letter.invoices):
        parts.append(_worth(language, flat))
    more = list(_more(demand, letter))
    principal = _say(language, "principal", sum=_written(language, _principal(letter.invoices)))
    return DemandView(" + ".join(parts), tuple([principal, *more] if more else []), _ground(demand, language))


def _more(demand: Demand, letter: Letter) -> Iterator[str]:
    language = letter.language
    if demand.interest is not None:
        yield _interest(demand.interest, language)
    if demand.flat_euro_cents:
        euro = _is_euro(letter.invoices)
        flat = (
            money(language, demand.flat_euro_cents, _EURO)
            if euro
            else _worth(language, demand.flat_euro_cents)
        )
        yield _say(language, "flat", sum=flat)
    if demand.law and (demand.interest is not None or demand.flat_euro_cents):
        yield _say(language, "law", law=demand.law)


def _interest(found: Interest, language: str) -> str:
    if not found.sums:
        return _say(language, "interest-unknown")
    key = "interest-ends" if found.ends else "interest"
    until = dotted(language, day(language, found.until))
    return _say(language, key, day=until, sum=_written(language, dict(found.sums)))


def _ground(demand: Demand, language: str) -> str:
    found = worded(language, "demand", demand.country)
    return _say(language, "else") if found == demand.country else found


def _principal(invoices: tuple[InvoiceLine, ...]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for one in invoices:
        sums[one.currency] = sums.get(one.currency, 0) + one.amount_cents
    return sums


def _is_euro(invoices: tuple[InvoiceLine, ...]) -> bool:
    return any(one.currency == _EURO for one in invoices)


def _worth(language: str, cents: int) -> str:
    return _say(language, "worth", sum=money(language, cents, _EURO))


def _written(language: str, sums: dict[str, int]) -> str:
    return " + ".join(money(language, cents, currency) for currency, cents in sums.items())


def _say(language: str, key: str, **names: str) -> str:
    return label(language, f"demand.{key}").format(**names)
