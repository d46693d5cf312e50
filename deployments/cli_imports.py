"""The commands about what waits of an import."""

from cyclopts import App

from models.queries.importing import guard
from tasks.importing import stops
from tasks.runtime.clock import SystemClock
from tasks.runtime.opening import open_database
from tasks.runtime.settings import Settings

imports = App(name="imports", help="What waits of an import, since it is too much of one kind.")


@imports.command(name="list")
def list_() -> int:
    """Show what waits, with a few references."""
    db = open_database(Settings())
    try:
        with db.read() as session:
            found = [stops.in_words(one) for one in guard.standing(session)]
    finally:
        db.close()
    print("\n".join(found) or "Nothing waits.")
    return 0


@imports.command(name="let-through")
def let_through(number: int, *, by: str) -> int:
    """Have the next import write what waits.

    Args:
        number: Its number, as the list shows it.
        by: Reference of who decides, such as S-03.
    """
    db = open_database(Settings())
    try:
        with db.write() as session:
            said = stops.in_words(stops.let_through(session, number, by, SystemClock().now()))
    finally:
        db.close()
    print(said)
    return 0
