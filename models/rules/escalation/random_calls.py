"""Which of the silent customers are called (B27): drawn by lot, and the same lot whenever it is drawn again."""

from hashlib import blake2b

DRAWN = "drawn-by-lot"
"""Stands as the actor of a call that was drawn."""

_PARTS = 2**64


def is_drawn(seed: str, name: str, share: float) -> bool:
    """Whether `name` is among the `share` (0 to 1) that a seed draws.

    The lot hangs on nothing but seed and name: anybody can draw it again and see that nobody chose whom to call.
    """
    digest = blake2b(f"{seed}:{name}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") < share * _PARTS
