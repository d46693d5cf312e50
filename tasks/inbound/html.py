"""HTML from strangers: made safe to show, or turned into text."""

import re
from html import unescape

import nh3

MAX_HTML = 400_000
_MAX_TAGS = 40_000
_MAX_NESTING = 1_000
"""Deeper than any letter; the parser's cost grows with the square of it."""

_SHOWN = {
    "a",
    "abbr",
    "b",
    "blockquote",
    "br",
    "code",
    "dd",
    "div",
    "dl",
    "dt",
    "em",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "li",
    "ol",
    "p",
    "pre",
    "s",
    "small",
    "span",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "u",
    "ul",
}
_ATTRIBUTES = {
    "a": {"href", "title"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
    "ol": {"start"},
}
_DROPPED = {
    "script",
    "style",
    "head",
    "title",
    "noscript",
    "template",
    "svg",
    "math",
    "object",
    "iframe",
    "select",
    "textarea",
}
_LINES = {
    "br",
    "p",
    "div",
    "li",
    "tr",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "blockquote",
    "pre",
    "table",
}

_SHOW = nh3.Cleaner(
    tags=_SHOWN,
    clean_content_tags=_DROPPED,
    attributes=_ATTRIBUTES,
    url_schemes={"http", "https", "mailto", "tel"},
    link_rel="noopener noreferrer nofollow",
)
_CELLS = {"td", "th"}
_READ = nh3.Cleaner(tags=_LINES | _CELLS, clean_content_tags=_DROPPED, attributes={})

_TOKEN = re.compile(r"(<[^<>]{0,200}>)")
_OPEN_OR_CLOSE = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,20})")
_NEVER_DEEP = {"br", "hr", "img", "meta", "link", "input", "wbr", "col", "area", "base", "p"}
_BLANKS = re.compile(r"\n{3,}")
_DEEP = 10


def sanitize(html: str) -> str:
    """HTML that is safe to show: no pictures, scripts, forms or styles; links tell nobody where they were pressed.

    What is longer than any letter is shown as plain text.
    """
    if _is_excessive(html):
        return f"<pre>{nh3.clean_text(to_text(html))}</pre>"
    return _SHOW.clean(html)


def to_text(html: str) -> str:
    """The text of HTML; quotations get the `> ` that they have in plain mails."""
    if _is_excessive(html):
        return unescape(_TOKEN.sub("", html[:MAX_HTML]))
    lines: list[str] = [""]
    depth = 0
    for token in _TOKEN.split(_READ.clean(html)):
        if token.startswith("<"):
            depth = _tag(token.strip("</>").split(" ")[0].lower(), token.startswith("</"), lines, depth)
        else:
            lines[-1] += _quote_mark(lines[-1], depth) + " ".join(
                unescape(token).replace("\xa0", " ").split("\n")
            )
    text = "\n".join(" ".join(line.split()) if not line.startswith(">") else line.rstrip() for line in lines)
    return _BLANKS.sub("\n\n", text).strip()


def _tag(name: str, closing: bool, lines: list[str], depth: int) -> int:
    if name in _CELLS and closing:
        lines[-1] += " "  # or the words of two cells would be one
    if name not in _LINES:
        return depth
    if name == "blockquote":
        depth = max(depth - 1, 0) if closing else min(depth + 1, _DEEP)
    if lines[-1].strip("> ") or name == "br" or (name == "p" and closing):
        lines.append("")
    return depth


def _quote_mark(line: str, depth: int) -> str:
    return "> " * depth if not line else ""


def _is_excessive(html: str) -> bool:
    return len(html) > MAX_HTML or html.count("<") > _MAX_TAGS or _nesting(html) > _MAX_NESTING


def _nesting(html: str) -> int:
    """How deep the tags are nested at most, whether or not they are ever closed."""
    depth = deepest = 0
    for closing, name in _OPEN_OR_CLOSE.findall(html):
        if name.lower() not in _NEVER_DEEP:
            depth = max(depth - 1, 0) if closing else depth + 1
            deepest = max(deepest, depth)
    return deepest
