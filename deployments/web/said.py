"""What the last press on a page brought."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class PageReply:
    """Thanks, or a fault with what was filled in, so that nothing has to be typed twice."""

    thanks: str | None = None
    fault: str | None = None
    do: str = ""
    """The form that it was about."""
    filled: Mapping[str, str] = field(default_factory=dict)
    block: str = ""
    """The ready text that an answer begins with."""
    name: str = ""
    """Of whom the thanks tell."""
    unsaved: str = ""
    """Words that came too late."""

    def value(self, do: str, name: str) -> str:
        """What a field of a form had when it was pressed."""
        return self.filled.get(name, "") if self.do == do else ""
