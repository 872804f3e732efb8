"""The page's charts as pictures of a document: the same SVG, painted in fixed colours for paper, and as PNG."""

from __future__ import annotations

import re
from functools import lru_cache
from html import unescape

from services.publisher.rendering.documents.parts import Chart
from shared.typesetting import picture

PIXELS_AN_INCH = 200.0

_PAINT = """
text { font-family: "Liberation Serif"; font-size: 14px; fill: #000 }
.tick { font-size: 12px }
.value { font-weight: bold }
.grid { stroke: #d0d0d0 }
.track { stroke: #bbb; stroke-width: 2 }
.interval { fill: #8fc3c9 }
.dot { fill: #0b5563; stroke: #fff; stroke-width: 1.5 }
.bounds .interval { fill: none; stroke: #0b5563; stroke-width: 2; stroke-dasharray: 3 2 }
.bounded .interval { fill: none; stroke: #0b5563; stroke-width: 2; stroke-dasharray: 3 2 }
.suppressed .value { font-weight: normal }
.zero { stroke: #000; stroke-width: 1.5 }
.not-enough .interval { fill: #c9ccca }
.not-enough .dot { fill: #4c5d63 }
.decrease .interval { fill: #dfa56a }
.decrease .dot { fill: #9a4b12 }
.frame { fill: none; stroke: #888 }
.urgent { fill: #fff2d6 }
.mean { stroke: #4c5d63; stroke-dasharray: 4 3 }
.corner { font-size: 13px }
.corner.first { font-weight: bold }
.place text { fill: #fff; font-size: 13px; font-weight: bold }
.place.first .dot { fill: #9a4b12 }
.u1 { fill: #9a4b12 }
.u2 { fill: #dfa56a }
.u3 { fill: #c9ccca }
.s1 { fill: #6bb1b5 }
.s2 { fill: #0b5563 }
"""


def chart(svg: str, caption: str, width: float) -> Chart:
    """A chart of the page for a document, `width` millimetres wide; what it says in words is taken from its own description."""
    told = (re.search(rf"<{name}[^>]*>(.*?)</{name}>", svg, re.DOTALL) for name in ("title", "desc"))
    alt = ". ".join(" ".join(unescape(found[1]).split()) for found in told if found)
    head, rest = svg.split(">", 1)
    return Chart(caption, f"{head}><style>{_PAINT}</style>{rest}", alt, width)


@lru_cache(maxsize=64)
def png(svg: str, width: float) -> bytes:
    """The picture as PNG, `width` millimetres wide, on white."""
    return picture("services.publisher", "picture.typ", {"svg": svg, "width": width}, PIXELS_AN_INCH)
