"""A policy that is another one but for some keys: `based_on` names the file, beside this one."""

import tomllib
from pathlib import Path
from typing import Any

from models.errors import MendError

KEY = "based_on"
_DEEPEST = 5


class BaseError(MendError):
    """The policy that another one is based on cannot be read; the message says why."""


def with_base(raw: dict[str, Any], folder: Path, depth: int = 0) -> dict[str, Any]:
    """What a policy says, over what the one that it is based on says; tables are laid over each other key by key.

    Raises:
        BaseError: see there.
    """
    if KEY not in raw:
        return raw
    own = {key: value for key, value in raw.items() if key != KEY}
    path = folder / str(raw[KEY])
    if depth == _DEEPEST:
        raise BaseError(f"{KEY}: {path}: policies are based on each other in a circle, or too deep")
    try:
        base = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BaseError(
            f"{KEY}: {path} cannot be read ({error}); name another file, or leave it out"
        ) from error
    return _over(with_base(base, path.parent, depth + 1), own)


def _over(base: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    laid = dict(base)
    for key, value in own.items():
        known = base.get(key)
        laid[key] = _over(known, value) if isinstance(known, dict) and isinstance(value, dict) else value
    return laid
