"""What each of our people sees at the desk: whoever sells sees his or her own customers, the others see all."""

from models.words import Role

_OF_COMPANY = frozenset({Role.MANAGER, Role.DIRECTOR})


def sees_all(role: str) -> bool:
    """Whether every customer is seen, or only those that are somebody's own."""
    return role != Role.SELLER


def sees_company(role: str) -> bool:
    """Whether the figures of the whole company are seen."""
    return role in _OF_COMPANY
