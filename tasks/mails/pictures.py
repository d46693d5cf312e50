"""Pictures that go with a mail: the company's logo, and the code to pay with. A mail is whole without them."""

import io
from base64 import encodebytes
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import segno

from models.brand import LOGOS
from models.policy import Company

LOGO, CODE = "logo", "pay-code"
_MOST_LOGO_BYTES = 200_000
_DOTS = 4
"""Pixels of each module of a code: large enough for a camera before a screen."""


@dataclass(frozen=True)
class Picture:
    """A picture as it is attached: what the HTML calls it (`cid:`), its kind, and its bytes in base64."""

    name: str
    kind: str
    encoded: bytes


def logo(company: Company) -> Picture | None:
    """The logo; None where there is none or it cannot be read, which `problems` tells."""
    path = company.brand.logo
    return None if path is None or logo_problems(company) else _read(path, path.stat().st_mtime_ns)


def logo_problems(company: Company) -> list[str]:
    """What keeps the logo from being shown. Mails go out without it meanwhile."""
    path = company.brand.logo
    if path is None:
        return []
    try:
        size = path.stat().st_size
    except OSError as error:
        return [f"company.brand.logo: {path} cannot be read ({error.strerror}); mend the path"]
    if size > _MOST_LOGO_BYTES:
        return [f"company.brand.logo: {path.name} is over {_MOST_LOGO_BYTES // 1000} kB; make it smaller"]
    return []


def pay_code(content: str) -> Picture:
    """A QR code as a PNG."""
    raw = io.BytesIO()
    segno.make(content, error="m", micro=False).save(raw, kind="png", scale=_DOTS, border=4)
    return Picture(CODE, "png", _encoded(raw.getvalue()))


@lru_cache(maxsize=4)
def _read(path: Path, changed_at: int) -> Picture:
    del changed_at  # a new picture under the old name is read anew
    return Picture(LOGO, LOGOS[path.suffix.lower()], _encoded(path.read_bytes()))


def _encoded(raw: bytes) -> bytes:
    return encodebytes(raw).replace(b"\n", b"\r\n")
