"""The last step of reading a row: defaults filled in, and its dates held against each other."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from models.errors import RowError
from models.languages import CODES, of_country
from models.rules.calendar.calendars import zone
from models.rules.importing.plausible import VALUE_DATE, Doubt, before_it_began, paid_too_early, still_to_come
from models.words import Meaning
from tasks.importing.config import SourceConfig
from tasks.importing.places import zone_of
from tasks.importing.rows import AnyRow, CustomerRow, InvoiceRow, OrderRow, ResponseRow, StaffRow

Builder = Callable[[dict[str, Any], SourceConfig, datetime], AnyRow]


class UnusableError(RowError):
    """A row that must stay outside: the column at fault, and what to do about it."""

    def __init__(self, column: str, fix: str) -> None:
        super().__init__(column, fix)
        self.column, self.fix = column, fix


def _refuse(*doubts: Doubt | None) -> None:
    for doubt in doubts:
        if doubt is not None:
            raise UnusableError(*doubt)


def _staff(values: dict[str, Any], config: SourceConfig, now: datetime) -> StaffRow:
    del now
    values.setdefault("country", config.country)
    language = _language(values.pop("language", config.language), config)
    row = StaffRow(**values, **language)
    if row.absent_from and row.absent_until and row.absent_until < row.absent_from:
        raise UnusableError(
            "absent_until", f"lies before absent_from ({row.absent_from}); mend whichever is wrong"
        )
    return row


def _customer(values: dict[str, Any], config: SourceConfig, now: datetime) -> CustomerRow:
    del now
    country = values.setdefault("country", None)
    language = values.pop("language", None) or (of_country(country) if country else config.language)
    values["country"] = country or config.country
    if "timezone" not in values:
        elsewhere = None if values["country"] == config.country else zone_of(values["country"])
        values["timezone"] = elsewhere or config.timezone
    return CustomerRow(**values, **_language(language, config))


def _language(wanted: str, config: SourceConfig) -> dict[str, Any]:
    """What somebody is written to in; a language that we do not write costs nobody anything but its sound."""
    if wanted in CODES:
        return {"language": wanted}
    return {"language": config.language_else, "unwritten": wanted}


def _price(values: dict[str, Any], config: SourceConfig) -> None:
    """Part the amount from the currency that may stand beside it.

    Raises:
        UnusableError: it is another one than the column of the currency says.
    """
    beside = None
    if "amount_cents" in values:
        values["amount_cents"], beside = values["amount_cents"]
    currency = values.setdefault("currency", beside or config.currency)
    if beside and beside != currency:
        raise UnusableError(
            "amount", f"names {beside}, and its currency is {currency}; mend whichever is wrong"
        )


def _order(values: dict[str, Any], config: SourceConfig, now: datetime) -> OrderRow:
    _price(values, config)
    row = OrderRow(**values)
    ended = {"delivered_at": row.delivered_at, "cancelled_at": row.cancelled_at}
    here = zone(config.timezone)
    _refuse(
        still_to_come({"signed_at": row.signed_at, **ended}, now),
        before_it_began(("signed_at", row.signed_at.astimezone(here).date()), ended, here),
    )
    return row


def _invoice(values: dict[str, Any], config: SourceConfig, now: datetime) -> InvoiceRow:
    _price(values, config)
    paid, still = values.pop("paid_cents", None), values.pop("open_cents", None)
    if still is not None or paid is not None:
        values["open_cents"] = still[0] if still is not None else values["amount_cents"] - paid[0]
    row = InvoiceRow(**values)
    if row.amount_cents == 0:
        raise UnusableError("amount", "leaves nothing to pay; leave such invoices out with WHERE")
    ended = {"disputed_at": row.disputed_at, "cancelled_at": row.cancelled_at}
    _refuse(
        still_to_come(ended, now),
        still_to_come({"paid_at": row.paid_at}, now, VALUE_DATE),
        before_it_began(("issued_on", row.issued_on), ended, zone(config.timezone)),
        paid_too_early(row.issued_on, row.paid_at),
    )
    return row


def _response(values: dict[str, Any], config: SourceConfig, now: datetime) -> ResponseRow:
    if not ({"customer", "order", "invoice"} & values.keys()):
        raise UnusableError(
            "customer", "says not whose answer it is; fill in one of customer, order and invoice"
        )
    rating = values.get("rating")
    was_rated = rating is not None or ("rating" in values.get("unread", ()) and "text" not in values)
    meaning = values.setdefault("meaning", Meaning.RATING.value if was_rated else Meaning.MESSAGE.value)
    if meaning == Meaning.RATING and rating is None:
        raise UnusableError("rating", "is missing; a rating has a number from 1 to 5")
    if meaning == Meaning.MESSAGE and "text" not in values:
        raise UnusableError("text", "is missing; an answer has a rating, a text or a meaning")
    row = ResponseRow(**values)
    _refuse(still_to_come({"received_at": row.received_at}, now))
    return replace(row, received_at=_within_its_day(row.received_at, zone(config.timezone), now))


def _within_its_day(at: datetime, here: ZoneInfo, now: datetime) -> datetime:
    """A day without its hour (midnight) counts as the end of it: the answer came after the mail of that day."""
    local = at.astimezone(here)
    if local.time() != time():
        return at
    end = datetime.combine(local.date() + timedelta(days=1), time(), tzinfo=here).astimezone(UTC)
    return max(at, min(end - timedelta(seconds=1), now))


BUILDERS: Mapping[str, Builder] = {
    "staff": _staff,
    "customers": _customer,
    "orders": _order,
    "invoices": _invoice,
    "responses": _response,
}
