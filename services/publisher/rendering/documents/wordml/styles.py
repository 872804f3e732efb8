"""The styles of a document, and how its headings are numbered. They replace all that the library's template has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from docx.document import Document as Package

from services.publisher.rendering.documents.numbering import Numbering
from services.publisher.rendering.documents.wordml.markup import NAMESPACE, element, half_points, twips

FONT = "Times New Roman"
FIRST_LINE = 12.7
"""The first line of a paragraph begins this many millimetres in."""

_LANGUAGES = {"vi": "vi-VN", "en": "en-GB"}


@dataclass(frozen=True, slots=True)
class _Style:
    """A paragraph style. `size` in points; `after` in points; `level` is that of the outline, from 0."""

    id: str
    name: str
    size: float
    look: str = ""
    place: str = "both"
    first_line: float = FIRST_LINE
    after: float = 6
    keep: bool = False
    level: int | None = None
    next: str = "Normal"


_BOLD, _ITALIC = "<w:b/><w:bCs/>", "<w:i/><w:iCs/>"


def _paragraph_styles(*, parts: bool) -> tuple[_Style, ...]:
    caps = "<w:caps/>" if parts else ""
    return (
        _Style("Heading1", "heading 1", 13, _BOLD + caps, keep=True, level=0),
        _Style("Heading2", "heading 2", 13, _BOLD, keep=True, level=1),
        _Style("Heading3", "heading 3", 13, _BOLD + _ITALIC, keep=True, level=2),
        _Style("Title", "Title", 14, _BOLD, "center", 0, 0, keep=True),
        _Style("Subtitle", "Subtitle", 14, _BOLD, "center", 0, 0, keep=True),
        _Style("AnnexTitle", "Annex title", 14, _BOLD, "center", 0, 0, keep=True, level=0),
        _Style("Caption", "caption", 12, _BOLD, "center", 0, 3, keep=True),
        _Style("Grounds", "Grounds", 13, _ITALIC),
        _Style("Ending", "Ending", 13, place="left", keep=True),
        _Style("Letterhead", "Letterhead", 13, "", "center", 0, 0, next="Letterhead"),
        _Style("Rule", "Rule", 2, "", "center", 0, 0),
        _Style("Boxed", "Boxed", 13, "", "center", 0, 6),
        _Style("Note", "Note", 13, _ITALIC, "center", 0, 6),
        _Style("TableText", "Table text", 12, "", "left", 0, 0, next="TableText"),
        _Style("Figure", "Figure", 13, "", "center", 0, 3, keep=True),
        _Style("Recipients", "Recipients", 11, "", "left", 0, 0, next="Recipients"),
        _Style("Header", "header", 13, "", "center", 0, 0),
        _Style("Footer", "footer", 11, _BOLD, "center", 0, 0),
    )


def set_styles(package: Package, language: str, *, parts: bool) -> None:
    """Give the package our styles and no others; `parts` says that headings of the first level are in capitals."""
    root = package.styles.element
    for child in list(root):
        root.remove(child)
    for setting in package.settings.element.iter("{*}compatSetting"):
        if setting.get(f"{{{NAMESPACE}}}name") == "compatibilityMode":
            setting.set(f"{{{NAMESPACE}}}val", "15")
    root.append(element(_defaults(_LANGUAGES.get(language, language))))
    root.append(element(f'<w:style w:type="paragraph" w:default="1" w:styleId="Normal">{_normal()}</w:style>'))
    root.append(element(_CHARACTERS))
    root.append(element(_TABLE_NORMAL))
    root.append(element(_TABLE_GRID))
    for style in _paragraph_styles(parts=parts):
        root.append(element(_markup(style)))


def _defaults(language: str) -> str:
    fonts = f'<w:rFonts w:ascii="{FONT}" w:hAnsi="{FONT}" w:eastAsia="{FONT}" w:cs="{FONT}"/>'
    spoken = f'<w:lang w:val="{language}" w:eastAsia="{language}" w:bidi="ar-SA"/>'
    return (
        f'<w:docDefaults><w:rPrDefault><w:rPr>{fonts}<w:sz w:val="26"/><w:szCs w:val="26"/>{spoken}</w:rPr></w:rPrDefault>'
        '<w:pPrDefault><w:pPr><w:spacing w:after="0" w:line="240" w:lineRule="auto"/></w:pPr></w:pPrDefault></w:docDefaults>'
    )


def _normal() -> str:
    return (
        '<w:name w:val="Normal"/><w:qFormat/><w:pPr><w:widowControl/><w:spacing w:after="120" w:line="240" w:lineRule="auto"/>'
        f'<w:ind w:firstLine="{twips(FIRST_LINE)}"/><w:jc w:val="both"/></w:pPr>'
    )


_CHARACTERS = (
    '<w:style w:type="character" w:default="1" w:styleId="DefaultParagraphFont">'
    '<w:name w:val="Default Paragraph Font"/></w:style>'
)


def _margins(up: int, across: int) -> str:
    """The room between a cell's edge and its text, in twips."""
    sides = (("top", up), ("left", across), ("bottom", up), ("right", across))
    said = "".join(f'<w:{side} w:w="{width}" w:type="dxa"/>' for side, width in sides)
    return f"<w:tblCellMar>{said}</w:tblCellMar>"


def _borders() -> str:
    sides = ("top", "left", "bottom", "right", "insideH", "insideV")
    said = "".join(f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>' for side in sides)
    return f"<w:tblBorders>{said}</w:tblBorders>"


_TABLE_NORMAL = (
    '<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/>'
    f'<w:tblPr><w:tblInd w:w="0" w:type="dxa"/>{_margins(0, 0)}</w:tblPr></w:style>'
)
_TABLE_GRID = (
    '<w:style w:type="table" w:styleId="TableGrid"><w:name w:val="Table Grid"/><w:basedOn w:val="TableNormal"/>'
    f"<w:tblPr>{_borders()}{_margins(40, 80)}</w:tblPr></w:style>"
)


def _markup(style: _Style) -> str:
    keep = "<w:keepNext/><w:keepLines/>" if style.keep else ""
    level = "" if style.level is None else f'<w:outlineLvl w:val="{style.level}"/>'
    size = half_points(style.size)
    return (
        f'<w:style w:type="paragraph" w:styleId="{style.id}"><w:name w:val="{style.name}"/><w:basedOn w:val="Normal"/>'
        f'<w:next w:val="{style.next}"/><w:qFormat/><w:pPr>{keep}<w:spacing w:after="{round(20 * style.after)}"/>'
        f'<w:ind w:firstLine="{twips(style.first_line)}"/><w:jc w:val="{style.place}"/>{level}</w:pPr>'
        f'<w:rPr>{style.look}<w:sz w:val="{size}"/><w:szCs w:val="{size}"/></w:rPr></w:style>'
    )


def number_headings(package: Package, numbering: Numbering) -> None:
    """Number the headings by their level: I. with 1. in it, or 1. alone. Below that the words carry their own letters."""
    root = package.part.numbering_part.element
    for child in list(root):
        root.remove(child)
    parts = numbering is Numbering.PARTS
    levels = (("upperRoman", "%1.", "Heading1"), ("decimal", "%2.", "Heading2")) if parts else (("decimal", "%1.", "Heading1"),)
    root.append(
        element(f'<w:abstractNum w:abstractNumId="0"><w:multiLevelType w:val="multilevel"/>{_levels(levels)}</w:abstractNum>')
    )
    root.append(element('<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'))
    for level, (_, _, style) in enumerate(levels):
        properties = package.styles[{"Heading1": "Heading 1", "Heading2": "Heading 2"}[style]].element.pPr
        at = next(n for n, child in enumerate(properties) if child.tag.endswith("}spacing"))
        properties.insert(at, element(f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="1"/></w:numPr>'))


def _levels(levels: Sequence[tuple[str, str, str]]) -> str:
    """Levels of (number format, text, style), each number followed by a space, as far in as a first line."""
    place = f'<w:pPr><w:ind w:left="0" w:firstLine="{twips(FIRST_LINE)}"/></w:pPr>'
    return "".join(
        f'<w:lvl w:ilvl="{n}"><w:start w:val="1"/><w:numFmt w:val="{kind}"/><w:pStyle w:val="{style}"/>'
        f'<w:suff w:val="space"/><w:lvlText w:val="{text}"/><w:lvlJc w:val="left"/>{place}</w:lvl>'
        for n, (kind, text, style) in enumerate(levels)
    )


def restart(package: Package) -> int:
    """A new count of clauses, for an annex: its number in the list of numberings."""
    root = package.part.numbering_part.element
    number = 1 + len(root.findall(f"{{{NAMESPACE}}}num"))
    override = '<w:lvlOverride w:ilvl="1"><w:startOverride w:val="1"/></w:lvlOverride>'
    root.append(element(f'<w:num w:numId="{number}"><w:abstractNumId w:val="0"/>{override}</w:num>'))
    return number
