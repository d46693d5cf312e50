"""Whoever sold mutes nothing about the own sale, on no door, as long as somebody else is there to do it (B04)."""

from collections.abc import Collection

from models.words import Role

_OTHERS = (Role.AFTER_SALE, Role.MANAGER, Role.DIRECTOR)


def is_refused(role: str, *, sold_it: bool, roles_here: Collection[str]) -> bool:
    """Whether somebody of this role, about an own sale or not, leaves it to somebody else who works here."""
    return role == Role.SELLER and sold_it and any(one in _OTHERS for one in roles_here)
