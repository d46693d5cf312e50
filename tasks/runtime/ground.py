"""What every act of a person needs: the tables, the policy, and the time."""

from typing import Protocol

from models.policy import Policy
from tasks.runtime.clock import Clock
from tasks.runtime.database import Database


class Ground(Protocol):
    """Whoever brings these may act: a sweep's services, the process of the pages, a test."""

    @property
    def db(self) -> Database:
        """The tables."""
        ...

    @property
    def policy(self) -> Policy:
        """What ops may change."""
        ...

    @property
    def clock(self) -> Clock:
        """The time, aware."""
        ...
