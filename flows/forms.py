"""A form that a person fills in: one flow each, with nothing of its words left in Prefect."""

from collections.abc import Callable, Coroutine
from typing import Any, ParamSpec

from prefect import Flow, State
from prefect.states import Failed

from flows.outcomes import named_flow
from flows.redact import take_out
from flows.runs import CANNOT_RUN, refused, said, services
from tasks.sending.sweep import UnknownCustomersError
from tasks.services import Services

_Fields = ParamSpec("_Fields")
_Run = Coroutine[Any, Any, State[None]]

REFUSALS = (UnknownCustomersError, ValueError, OverflowError)
"""What was asked for is impossible, and nothing was done; the message says what is wrong with the form."""


def form(
    name: str, description: str
) -> Callable[[Callable[_Fields, _Run]], Flow[_Fields, _Run]]:  # what `flow` gives for an async function
    """A flow of which each run is named by references, and keeps no result.

    The signature makes the fields, and the docstring their descriptions.
    """
    return named_flow(name, description)


async def with_words(work: Callable[[Services], str], words: tuple[str, ...] = ("reason",)) -> State[None]:
    """Do one piece of work by hand, or refuse it before anything is done; its words leave Prefect first.

    `words` names the fields that hold them.
    """
    try:
        await take_out(*words)
        async with services() as opened:
            sentence = work(opened)
    except CANNOT_RUN as error:
        return Failed(message=str(error))
    except REFUSALS as error:
        return refused(error)
    return said(sentence)
