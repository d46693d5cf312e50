"""What one of our people does about a case, told through a form: the same acts as on its page."""

from datetime import datetime

from prefect import State
from prefect.artifacts import acreate_markdown_artifact
from prefect.states import Failed

from flows.forms import form, with_words
from flows.naming import CaseNumber, ReasonCode, Reference, Words
from flows.runs import CANNOT_RUN, refused, said, services
from models.rules.calendar.reach import instant
from models.rules.cases.acting import ActError
from models.words import EndCause, EndKind, Matter
from tasks.cases import actions, by_reference
from tasks.cases.by_reference import Did
from tasks.cases.dossier_markdown import as_markdown
from tasks.services import Services


@form(
    "show-case",
    (
        "Puts the dossier of a case on the Artifacts page: dates, references and clocks. Names and words stay on the "
        "case's own page, whose link is in its mail."
    ),
)
async def show_case(case: CaseNumber) -> State[None]:
    """Show a case.

    Args:
        case: Number of the case, as it stands in the call list.
    """
    try:
        async with services() as opened:
            found, staff = by_reference.read(opened, case)
            text = as_markdown(found, staff, by_reference.zone(opened), words=False)
    except CANNOT_RUN as error:
        return Failed(message=str(error))
    except ActError as error:
        return refused(error)
    await acreate_markdown_artifact(text, key=f"case-{case}", description=f"Case {case}, by reference.")
    return said(f"case {case} stands on the Artifacts page")


@form(
    "take-case",
    "Takes a case on, until a time: what is not settled then goes one level up. The due time stays.",
)
async def take_case(case: CaseNumber, by: Reference, until: datetime | None = None) -> State[None]:
    """Take a case on.

    Args:
        case: Number of the case, as it stands in the call list.
        by: Your own reference, such as S-03.
        until: Until when it is yours. Empty: as long as the policy allows.
    """
    return await _act(case, by, lambda acting: actions.take(acting, _utc(until)), f"case {case} is with {by}")


@form(
    "add-statement",
    "Adds your version to a case, beside the customer's. It is dated and signed, and nobody can change it.",
)
async def add_statement(case: CaseNumber, by: Reference, text: Words) -> State[None]:
    """Add a version.

    Args:
        case: Number of the case.
        by: Your own reference; the words are signed with it.
        text: What happened, as you see it; it is moved into the case.
    """
    return await _act(
        case, by, lambda acting: actions.state(acting, text), f"case {case} has the version of {by}", "text"
    )


@form(
    "re-promise-call",
    (
        "Another time for the call that a case owes, agreed on with the customer. The first promise stays on record, "
        "and counts as broken when its time has passed."
    ),
)
async def re_promise_call(
    case: CaseNumber, by: Reference, due: datetime, reason_code: ReasonCode, text: Words
) -> State[None]:
    """Promise another time.

    Args:
        case: Number of the case.
        by: Your own reference.
        due: The new time; it has to lie ahead.
        reason_code: Why the time changes: one of the policy's reasons.
        text: What the customer was told; it is moved into the ledger.
    """
    return await _act(
        case,
        by,
        lambda acting: actions.promise_anew(acting, _utc(due), reason_code, text),
        f"case {case} has a new time: {reason_code}",
        "text",
    )


@form(
    "snooze-case",
    "Lets a case rest until a time, twice at most. A question or complaint of the customer wakes it.",
)
async def snooze_case(case: CaseNumber, by: Reference, until: datetime, reason: Words) -> State[None]:
    """Let a case rest.

    Args:
        case: Number of the case.
        by: Your own reference; whoever sells cannot put a case off.
        until: Until when it can wait.
        reason: Why it can wait; it is moved to the history.
    """
    return await _act(
        case, by, lambda acting: actions.snooze(acting, _utc(until), reason), f"case {case} rests", "reason"
    )


@form(
    "hand-over-case",
    "Gives a case to a colleague, who is told at once with the whole dossier. Its clock runs on.",
)
async def hand_over_case(case: CaseNumber, by: Reference, to: Reference, reason: Words) -> State[None]:
    """Hand a case over.

    Args:
        case: Number of the case.
        by: Your own reference.
        to: Reference of the colleague: after-sale, manager or director.
        reason: Why; it is moved to the history.
    """
    return await _act(
        case,
        by,
        lambda acting: actions.hand_over(acting, to, reason),
        f"case {case} is with {to}",
        "reason",
    )


@form(
    "raise-case",
    "Brings a customer's matter up: a manager hears of it at once, whoever raises it, and nobody is asked.",
)
async def raise_case(
    about: Reference, by: Reference, text: Words, matter: Matter = Matter.OTHER
) -> State[None]:
    """Raise a matter.

    Args:
        about: Reference of the order, such as CB-24626, of the invoice, or of the customer, such as C-338.
        by: Your own reference; sellers can raise a matter like everybody else.
        text: What is wrong, as you see it; it is moved into the case as your version.
        matter: What it is about.
    """
    return await with_words(
        lambda opened: f"case {by_reference.raise_matter(opened, about, by, text, matter)} has it", ("text",)
    )


@form(
    "send-own-page",
    (
        "Mails a colleague the link of his or her own page, where any customer's matter can be raised without an "
        "account. It goes to the address on record; nothing of it stands in Prefect."
    ),
)
async def send_own_page(colleague: Reference) -> State[None]:
    """Send the link of an own page.

    Args:
        colleague: Reference of whom it goes to, such as S-04.
    """

    def send(opened: Services) -> str:
        by_reference.send_own_page(opened, colleague)
        return f"{colleague} gets the link with the next run of escalate-unanswered"

    return await with_words(send)


@form(
    "ask-for-help",
    "Asks a manager for help with a customer's matter. The request has a clock of its own.",
)
async def ask_for_help(about: Reference, by: Reference, text: Words) -> State[None]:
    """Ask for help.

    Args:
        about: Reference of the order, such as CB-24626, or of the customer, such as C-338.
        by: Your own reference.
        text: What would help; it is moved into the ledger.
    """
    return await with_words(
        lambda opened: f"{by_reference.ask_for_help(opened, about, by, text)} is asked to help", ("text",)
    )


@form(
    "set-appointment",
    (
        "Writes down an appointment that was agreed on with a customer. It is a promise: whoever owes it is told "
        "before, and it is counted as kept, late or broken."
    ),
)
async def set_appointment(
    about: Reference, by: Reference, at: datetime, text: Words, who: Reference | None = None
) -> State[None]:
    """Set an appointment.

    Args:
        about: Reference of the order, such as CB-24626, or of the customer, such as C-338.
        by: Your own reference.
        at: When it begins.
        text: What it is for; it is moved into the ledger.
        who: Reference of whoever comes, and owes it; whoever sees to the order, when left out.
    """
    return await with_words(
        lambda opened: f"{by_reference.set_appointment(opened, about, by, _utc(at), text, who or '')} has it",
        ("text",),
    )


@form(
    "record-contract-end",
    (
        "Records that a customer withdraws (recesso) or terminates (disdetta), with date and cause. They are two "
        "rights, and counted apart. Courtesy contacts about the order end with it."
    ),
)
async def record_contract_end(
    order: Reference,
    by: Reference,
    kind: EndKind,
    cause: EndCause,
    text: Words,
    declared: datetime | None = None,
) -> State[None]:
    """Record a withdrawal or a termination.

    Args:
        order: Reference of the order, such as CB-24626.
        by: Your own reference.
        kind: Withdrawal takes back the purchase within its window; termination ends a contract that runs on.
        cause: What it was about, as far as you know.
        text: Why, as the customer put it; it is moved into the database.
        declared: When the customer said so. Empty: now.
    """

    def record(opened: Services) -> str:
        by_reference.end_contract(opened, order, by, kind, cause, text, _utc(declared))
        return f"{order}: {kind} recorded, cause {cause}"

    return await with_words(record, ("text",))


async def _act(case: int, by: str, do: Did, then: str, *words: str) -> State[None]:
    def work(opened: Services) -> str:
        by_reference.act(opened, case, by, do)
        return then

    return await with_words(work, words)


def _utc(at: datetime | None) -> datetime | None:
    """Naive means UTC, as in every form here."""
    return None if at is None else instant(at)
