"""Small bar charts as SVG. The UI shows them in markdown as `data:` pictures, in dark and in light."""

from base64 import b64encode
from collections.abc import Sequence
from html import escape

_WIDTH, _HEIGHT, _TOP, _BOTTOM = 560, 170, 34, 24
_INK, _BAR = "#7c8794", "#2f81f7"
"""Greys and blues that read on white and on black alike."""


def bars(title: str, labels: Sequence[str], values: Sequence[float], written: Sequence[str]) -> str:
    """One bar a label, with the value written above it."""
    most = max([*values, 1])
    slot = _WIDTH / max(len(labels), 1)
    parts = [_text(8, 18, title, 14, "start")]
    for place, (label, value, words) in enumerate(zip(labels, values, written, strict=True)):
        height = (_HEIGHT - _TOP - _BOTTOM - 16) * value / most
        left, top = place * slot + slot * 0.18, _HEIGHT - _BOTTOM - height
        parts.append(
            f'<rect x="{left:.1f}" y="{top:.1f}" width="{slot * 0.64:.1f}" height="{height:.1f}" rx="3" fill="{_BAR}"/>'
        )
        middle = place * slot + slot / 2
        parts += [
            _text(middle, top - 4, words, 11, "middle"),
            _text(middle, _HEIGHT - 8, label, 11, "middle"),
        ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" '
        f'height="{_HEIGHT}" font-family="sans-serif">{"".join(parts)}</svg>'
    )


def picture(alt: str, svg: str) -> str:
    """Markdown that shows an SVG without asking any other server."""
    return f"![{alt}](data:image/svg+xml;base64,{b64encode(svg.encode()).decode()})"


def _text(x: float, y: float, words: str, size: int, anchor: str) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" fill="{_INK}">'
        f"{escape(words)}</text>"
    )
