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
    rb"(?P<labelled>message-id\W{0,40})?(?P<found>seguito\.[a-z0-9-]{1,60}\.[0-9a-f]{16}(?![0-9a-f])"
    rb"|[a-z0-9!#$%&'*/=?^_`{|}~.-]{0,64}\+[a-z0-9-]{1,60}\.[0-9a-f]{16}@[a-z0-9.-]{1,255})",
    re.IGNORECASE,
)
_FOLD = re.compile(rb"\r?\n[ \t>|]{1,12}")
_HARD_BREAK = re.compile(rb"\r?\n[ \t>|]{0,12}")
_QUOTED = re.compile(rb"=(?:\r?\n|[0-9a-f]{2})", re.IGNORECASE)
_BYTES = 400_000
_MOST = 20


def traces(raw: bytes, parts: list[Part]) -> tuple[str, ...]:
    """What may be an id of ours (`seguito.KEY.SIGNATURE`), or an address with a signed tag, in small letters.

    Those that stand behind the words Message-ID come first: others may be of mails that the report only quotes.
    """
    found: dict[str, bool] = {}
    for source in (raw[:_BYTES], *(data_of(part.message)[:_BYTES] for part in parts)):
        for view in _views(source):
            for match in _TRACE.finditer(view):
                trace = match["found"].decode("ascii").lower()
                found[trace] = found.get(trace, False) or match["labelled"] is not None
    return tuple(sorted(found, key=lambda trace: not found[trace]))[:_MOST]


def _views(source: bytes) -> Iterator[bytes]:
    """The source as it is, and as it was before it was folded, escaped or cut into lines."""
    yield source
    plain = decodestring(source) if _QUOTED.search(source) else source
    plain = unescape(plain.decode("latin-1")).encode("latin-1", "ignore") if b"&" in plain else plain
    yield _FOLD.sub(b"", plain)
    yield _HARD_BREAK.sub(b"", plain)
