"""How an invoice is paid, in the letters that ask for it: account, holder, what the transfer says, and a code."""

from collections.abc import Sequence

from models.policy import Company
from models.rules.mails.pay_code import Transfer, content
from tasks.mails.demand import asked
from tasks.mails.formats import clean, money
from tasks.mails.labels import label
from tasks.mails.letter import InvoiceLine, Letter
from tasks.mails.pictures import CODE, Picture, pay_code
from tasks.mails.texts import as_html

_PICTURE = (
    f'<p style="margin:0 0 16px"><img src="cid:{CODE}" width="164" height="164" alt="{{alt}}" '
    'style="display:block;border:0;background:#ffffff"></p>\n'
)


def asks_for_money(letter: Letter) -> bool:
    """Whether a customer is asked to pay in it."""
    return bool(letter.invoices) and letter.case is None and letter.notice is None and not letter.staff_id


def means(company: Company, letter: Letter) -> list[tuple[str, str]]:
    """The paragraphs that say how to pay; none where the policy names no account and no other way."""
    payment, language = company.payment, letter.language
    found: list[tuple[str, str]] = []
    if payment.iban:
        found.append(("p", label(language, "pay.transfer")))
        found += [("li", f"{label(language, key)}: {value}") for key, value in _lines(company, letter)]
    if ways := payment.ways.get(language):
        found.append(("p", clean(ways)))
    return found


def code(company: Company, letter: Letter) -> tuple[str, Picture] | None:
    """The code to pay with, and the HTML that shows it; None where no form of code fits."""
    if not company.payment.iban or not company.payment.code:
        return None
    said = content(_transfer(company, letter))
    if said is None:
        return None
    hint = as_html([("p", label(letter.language, "pay.scan"))], company.brand.colour)
    return hint + _PICTURE.format(alt=label(letter.language, "pay.code")), pay_code(said)


def _lines(company: Company, letter: Letter) -> list[tuple[str, str]]:
    payment, language, sums = company.payment, letter.language, asked(letter)
    return [
        ("pay.account", payment.written),
        *([("pay.bic", payment.bic)] if payment.bic else []),
        ("pay.holder", clean(payment.holder or company.name)),
        ("pay.amount", " + ".join(money(language, cents, currency) for currency, cents in sums.items())),
        ("pay.words", _words(letter.invoices)),
    ]


def _transfer(company: Company, letter: Letter) -> Transfer:
    payment, sums = company.payment, asked(letter)
    currency, cents = next(iter(sums.items())) if len(sums) == 1 else ("", 0)
    holder = clean(payment.holder or company.name)
    return Transfer(payment.iban, holder, cents, currency, _words(letter.invoices), payment.bic, payment.nip)


def _words(invoices: Sequence[InvoiceLine]) -> str:
    return ", ".join(clean(invoice.ref) for invoice in invoices)
