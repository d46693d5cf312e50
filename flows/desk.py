"""What operations do for the people at the desk."""

from prefect import State

from flows.forms import form, with_words
from flows.naming import Reference
from tasks.desk.sessions import end_sessions
from tasks.services import Services


@form(
    "sign-out",
    "Ends all sessions of a colleague at the desk, on whatever device, as for a telephone that was lost.",
)
async def sign_out(colleague: Reference, by: Reference) -> State[None]:
    """Sign a colleague out at the desk.

    Args:
        colleague: Reference of the colleague, such as S-04.
        by: Your own reference, such as S-10; it stays in the history.
    """

    def end(opened: Services) -> str:
        return f"{colleague} is signed out at the desk, sessions ended: {end_sessions(opened, colleague, by)}"

    return await with_words(end, ())
