"""What in the source of a report looks like an id or a signed address of ours, wherever a far server has put it.

Servers cut ids off, fold them over two lines, write them in quoted-printable, escape them for HTML, or give the mail
back below a header that no parser takes. Whether what is found is ours only the holder of the key can say
(`tasks.mails.links`): nothing here is believed.
"""

import re
from collections.abc import Iterator
from html import unescape
from quopri import decodestring

from tasks.inbound.parts import Part, data_of

_TRACE = re.compile(
    rb"seguito\.[a-z0-9-]{1,60}\.[0-9a-f]{16}(?![0-9a-f])|\+[a-z0-9-]{1,60}\.[0-9a-f]{16}@[a-z0-9.-]{1,255}"
)
"""In small letters: a pattern that begins with one letter of two is many times slower."""
_LABEL = re.compile(rb"message-id\W{0,40}$")
_FOLD = re.compile(rb"\r?\n[ \t>|]{1,12}")
_HARD_BREAK = re.compile(rb"\r?\n[ \t>|]{0,12}")
_QUOTED = re.compile(rb"=(?:\r?\n|[0-9a-f]{2})")
_BYTES = 400_000
_MOST = 20
_NEAR = 60


def traces(raw: bytes, parts: list[Part]) -> tuple[str, ...]:
    """What may be an id of ours (`seguito.KEY.SIGNATURE`), or an address with a signed tag, in small letters.

    Those that stand behind the words Message-ID come first: others may be of mails that the report only quotes.
    """
    found: dict[str, bool] = {}
    hidden = (data_of(part.message)[:_BYTES] for part in parts if _is_base64(part))
    for source in (raw[:_BYTES], *hidden):
        for view in _views(source.lower()):
            for match in _TRACE.finditer(view):
                trace = match[0].decode("ascii")
                label = _LABEL.search(view, max(0, match.start() - _NEAR), match.start())
                found[trace] = found.get(trace, False) or label is not None
    return tuple(sorted(found, key=lambda trace: not found[trace]))[:_MOST]


def _is_base64(part: Part) -> bool:
    return "base64" in str(part.message.get("Content-Transfer-Encoding", "")).lower()


def _views(source: bytes) -> Iterator[bytes]:
    """The source as it is, and as it was before it was folded, escaped or cut into lines."""
    yield source
    plain = decodestring(source) if _QUOTED.search(source) else source
    plain = unescape(plain.decode("latin-1")).encode("latin-1", "ignore") if b"&" in plain else plain
    yield _FOLD.sub(b"", plain)
    yield _HARD_BREAK.sub(b"", plain)
