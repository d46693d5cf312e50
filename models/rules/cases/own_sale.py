"""Whoever sold mutes nothing about the own sale, on no door, as long as somebody else is there to do it (B04)."""

from collections.abc import Collection

from models.words import Role

_OTHERS = (Role.AFTER_SALE, Role.MANAGER, Role.DIRECTOR)


def is_alone(others: Collection[str]) -> bool:
    """Whether nobody of the roles of the `others` who work here could do what a seller leaves to somebody else."""
    return not any(one in _OTHERS for one in others)


def is_refused(*, sold_it: bool, others: Collection[str]) -> bool:
    """Whether somebody who sold it, of whatever role, leaves it to one of the others who work here."""
    return sold_it and not is_alone(others)
