"""The further orders that a mail is about: a line for each behind its text, and how many there are in its subject."""

from tasks.mails.formats import clean
from tasks.mails.labels import label
from tasks.mails.letter import AlsoFacts, Letter
from tasks.mails.views import order_view


def also(letter: Letter, subject: str) -> tuple[str, list[tuple[str, str]]]:
    """The subject, with how many orders more there are; and the paragraphs that name them."""
    if not letter.also or letter.order is None:
        return subject, []
    ref = clean(letter.order.ref)
    head = label(letter.language, "also.head")
    lines = [("li", _line(one, letter)) for one in letter.also]
    return subject.replace(ref, f"{ref} (+{len(letter.also)})", 1), [("p", head), *lines]


def _line(one: AlsoFacts, letter: Letter) -> str:
    """What was bought, its number, and the day that counts."""
    language, view = letter.language, order_view(one.order, letter.language, letter.timezone)
    said = [label(language, "also.order").format(what=view.description, ref=view.ref)]
    if "order-confirmation" in (letter.kind, *letter.opened_by):
        said.append(label(language, "also.signed").format(day=view.signed))
        if view.amount:
            said.append(view.amount)
    if view.delivered:
        said.append(label(language, "also.delivered").format(day=view.delivered))
    elif view.promised:
        said.append(label(language, "also.promised").format(day=view.promised))
    if view.former and letter.kind == "new-date-alert":
        said.append(label(language, "also.former").format(day=view.former))
    if view.seller_promise and letter.kind == "welcome-contact":
        said.append(label(language, "also.seller-promise").format(words=view.seller_promise))
    if one.owner:
        said.append(label(language, "also.owner").format(name=clean(one.owner)))
    return "; ".join(said)
