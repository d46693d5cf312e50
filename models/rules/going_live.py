"""The first day: what a company's past asks for, and what may be chosen for each kind of it."""

COMPLAINT_DAYS = 21
"""How old a complaint may be that still matters on the first day."""
PAST = "before the first import"
"""Why something that was owed before this company began is neither said nor asked."""

LEAVE = "leave"
CHOICES = {
    "late": {
        "tell": "each customer is told once, with an apology; --strike-out ORDER --reason WHY leaves one out",
        "leave": "nobody is told, for a --reason; new days are told as ever",
    },
    "unpaid": {
        "remind": "the ladder begins today, with its friendly letter",
        "leave": "nothing is sent or asked about them",
    },
    "complaints": {
        "call": "a manager calls: one case each",
        "leave": "they stay in the customers' stories",
    },
}
"""By kind: what may be chosen; the first one is taken where nothing is."""


def chosen(kind: str, choice: str | None) -> str:
    """The choice for a kind; its first where none is given.

    Raises:
        ValueError: there is no such choice.
    """
    options = CHOICES[kind]
    if choice is None:
        return next(iter(options))
    if choice not in options:
        raise ValueError(f"{kind}: {choice!r} is no choice; write one of {', '.join(options)}")
    return choice
