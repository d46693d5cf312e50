"""How somebody who tries the made-up company gets to the desk: a link for a seller, after-sale and a manager."""

from contextlib import closing

from models.queries import people
from models.queries.desk import figures
from models.tables import Staff
from models.words import Role
from tasks.mails.links import Links
from tasks.runtime.clock import SystemClock
from tasks.runtime.opening import open_database
from tasks.runtime.settings import Settings

_ROLES = {Role.SELLER: "seller", Role.AFTER_SALE: "after-sale", Role.MANAGER: "manager"}


def lines(settings: Settings) -> list[str]:
    """A line for each role, with the colleague who has most to do; each link opens one session, within an hour."""
    now = SystemClock().now()
    with closing(open_database(settings)) as db, db.read() as session:
        load = figures.load_of_staff(session)
        known = sorted(people.staff(session).values(), key=lambda one: (-load.get(one.id, 0), one.ref))
    links = Links(settings.public_url, settings.signing_key)
    return [
        f"  {title:<11} {person.name}: {links.own(person.id, now)}"
        for role, title in _ROLES.items()
        if (person := _first(known, role)) is not None
    ]


def _first(known: list[Staff], role: Role) -> Staff | None:
    return next((one for one in known if one.role == role and one.active), None)
