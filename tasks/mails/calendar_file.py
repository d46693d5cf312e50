"""An appointment or an agreed call as a file that every calendar takes (RFC 5545)."""

from icalendar import Calendar, Event

from models.policy import Company
from tasks.mails.formats import clean
from tasks.mails.labels import label
from tasks.mails.letter import Agreed

NAME = "calendar.ics"
_LONGEST = 300


def calendar_file(agreed: Agreed, company: Company, language: str, *, for_staff: bool) -> bytes:
    """The file, in the reader's language.

    Agreed on anew, it takes the place of the earlier one (UID, SEQUENCE); called off, it takes it out (RFC 5546).

    What it is for in our own words, and the customer's telephone, stand in it for our own people alone.
    """
    kind = label(language, "calendar.call" if agreed.is_call else "calendar.appointment")
    with_whom = clean(agreed.customer_name) if for_staff else company.name
    event = Event()
    event.add("uid", agreed.uid)
    event.add("sequence", agreed.sequence)
    event.add("dtstamp", agreed.made_at)
    event.add("dtstart", agreed.begins)
    event.add("dtend", agreed.ends)
    event.add("organizer", f"mailto:{company.sender}")
    event.add("status", "CANCELLED" if agreed.is_off else "CONFIRMED")
    event.add("summary", f"{kind}: {with_whom}")
    event.add("description", "\n".join(_lines(agreed, company, language, for_staff=for_staff)))
    if agreed.place and not agreed.is_call:
        event.add("location", clean(agreed.place))
    calendar = Calendar()
    calendar.add("prodid", "-//Seguito//Seguito//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "CANCEL" if agreed.is_off else "PUBLISH")
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def _lines(agreed: Agreed, company: Company, language: str, *, for_staff: bool) -> list[str]:
    lines = []
    if agreed.order_ref:
        lines.append(label(language, "calendar.order").format(ref=clean(agreed.order_ref)))
    if not for_staff:
        who = agreed.who
        named = [label(language, "contact.owner").format(name=clean(who.name))] if who else []
        return [*lines, *named, clean(who.phone if who and who.phone else company.phone)]
    if agreed.customer_phone:
        lines.append(clean(agreed.customer_phone))
    if agreed.words:
        lines.append(clean(agreed.words)[:_LONGEST])
    return lines
