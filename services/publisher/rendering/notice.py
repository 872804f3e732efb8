"""The public notice (thông báo) of an edition: its text, made from the figures by rules that never say more than they do.

The notice is Vietnamese, whatever the languages of the survey, and is laid out by `templates/notice.typ` as Decree
30/2020/NĐ-CP prescribes (annex I; form 1.4 of annex III). It is a draft: number, date, position and signature are left for
the office that issues it, as is what the body intends to do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from services.publisher.rendering import comparing, sentences
from services.publisher.rendering.composite import Composite, composite
from services.publisher.rendering.edition import Edition, Json, read_edition
from services.publisher.rendering.language import Language, language
from services.publisher.rendering.method import satisfied_levels
from shared.domain.results import Bounded, Cell, ChoiceShare, GroupResult, QuestionResult, Shown, Suppressed
from shared.domain.survey import Body, Survey, Texts
from shared.typesetting import typeset

_CONTACTS = {
    "address": "địa chỉ: {}",
    "phone": "điện thoại: {}",
    "email": "thư điện tử: {}",
    "website": "trang thông tin điện tử: {}",
}
_APART = "Các nhóm trả lời những phiếu hỏi khác nhau, nên mỗi nhóm có một chỉ số riêng và không gộp thành một chỉ số chung."
_UNWEIGHTED = "Kết quả không gia quyền: đó là ý kiến của những người đã trả lời. Khoảng tin cậy chỉ nói về sai số do chọn mẫu."
_BLANK = "………………………………"


@dataclass(frozen=True, slots=True)
class Part:
    """Rows of a table that belong together, under a title of their own."""

    title: str
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table in parts; each row is as long as `head`."""

    head: tuple[str, ...]
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A numbered part of the notice (khoản): its title, paragraphs, a table, and paragraphs that close it."""

    title: str
    paragraphs: tuple[str, ...] = ()
    table: Table | None = None
    closing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Notice:
    """All the words of a notice, in the order of the components of Decree 30/2020, article 8."""

    superior: str
    body: str
    sign: str
    place: str
    summary: str
    simulated: str
    grounds: tuple[str, ...]
    opening: str
    sections: tuple[Section, ...]
    end: str
    recipients: tuple[str, ...]


def render_notice(document: Json, survey: Survey, address: str | None = None) -> bytes:
    """The notice of the edition in `document` as PDF (PDF/A-2a, tagged, fonts embedded).

    `address` is where people find the results, None where that is not known. The same input gives the same bytes.
    """
    edition = read_edition(document)
    return typeset("services.publisher", "notice.typ", asdict(notice(edition, survey, address)), edition.published_at)


def notice(edition: Edition, survey: Survey, address: str | None) -> Notice:
    """The words of the notice."""
    reader, body = language("vi"), survey.body
    name = reader.pick(body.name)
    return Notice(
        superior=_heading(body.superior, reader) if body.superior else "",
        body=reader.pick(body.name).upper(),
        sign=body.sign,
        place=reader.pick(body.place),
        summary=f"Kết quả {_uncapitalised(reader.pick(edition.results.title))}",
        simulated=reader.word("simulated.text") if edition.results.simulated else "",
        grounds=tuple(_grounds(survey.grounds, reader)),
        opening=f"{name} thông báo kết quả khảo sát như sau:",
        sections=tuple(_sections(edition, survey, reader)),
        end=f"Số liệu chi tiết và phương pháp đăng tại: {address or 'trang công bố kết quả khảo sát của cơ quan'}./.",
        recipients=tuple(_recipients(body, reader)),
    )


def _sections(edition: Edition, survey: Survey, reader: Language) -> Iterator[Section]:
    results = edition.results
    groups = list(results.groups)
    confidence = float(results.method.get("confidence", survey.method.confidence))
    yield _how_it_was_done(edition, survey, reader)
    overall = tuple(_overall(group, reader, confidence) for group in groups)
    whole = composite(results, reader)
    yield Section("Kết quả chung", (*overall, *_composite(whole)), None, _cautions(groups, apart=whole is None))
    yield _by_factor(groups, reader, confidence)
    yield Section("So với lần khảo sát trước", tuple(_since(edition, reader)))
    yield Section("Nội dung được mong đợi cải thiện nhiều nhất", tuple(_expectations(groups, survey, reader)))
    plans = (f"Nội dung: {_BLANK}{_BLANK}", f"Thời hạn hoàn thành: {_BLANK}")
    yield Section(f"Việc {reader.pick(survey.body.name)} sẽ làm", plans)
    yield Section("Nơi góp ý", (f"{'; '.join(_contacts(survey.body, reader))}.",))


def _how_it_was_done(edition: Edition, survey: Survey, reader: Language) -> Section:
    results = edition.results
    rule = str(results.method.get("aggregation", survey.method.aggregation.value))
    scales = {group.questionnaire.scale.id: group.questionnaire.scale for group in survey.groups}
    counted = " hoặc ".join(dict.fromkeys(satisfied_levels(scale, reader) for scale in scales.values()))
    return Section(
        "Thời gian, đối tượng và cách thực hiện",
        (
            f"a) Thời gian: {_uncapitalised(sentences.period(results.opens_at, results.closes_at, survey, reader))}.",
            "b) Đối tượng và số phiếu:",
            *_listed(_ballots(group, reader) for group in results.groups),
            f"c) Cách tính: chỉ số hài lòng của một tiêu chí là tỷ lệ phiếu chọn {counted} trong số phiếu có đánh giá "
            f"tiêu chí đó. Chỉ số chung: {_uncapitalised(reader.word_or(f'rule_texts.{rule}', rule))}",
            f"d) Bảo mật: {_uncapitalised(reader.word('method.min_base', number=reader.number(survey.method.min_base)))}",
            *_register(results.register, reader),
        ),
    )


def _register(register: Mapping[str, Any], reader: Language) -> Iterator[str]:
    """Where everybody can check that a ballot was counted; the root in groups, so that it can be compared by eye."""
    if "root" in register:
        root = str(register["root"])
        groups = " ".join(root[i : i + 8] for i in range(0, len(root), 8))
        yield f"đ) Sổ phiếu: {reader.number(register['ballots'])} mã biên nhận; dấu kiểm (gốc Merkle, SHA-256): {groups}."


def _ballots(group: GroupResult, reader: Language) -> str:
    said = f"{reader.pick(group.title)}: thu về {reader.number(group.ballots)} phiếu"
    if group.quota:
        share = reader.whole_percent(100 * group.ballots / group.quota)
        said += f" trên chỉ tiêu {reader.number(group.quota)} phiếu (đạt {share})"
    if group.incomplete:
        counted = reader.number(group.ballots - group.incomplete)
        return f"{said}, trong đó {counted} phiếu trả lời đủ để tính vào chỉ số"
    return f"{said}, đều được tính vào chỉ số"


def _overall(group: GroupResult, reader: Language, confidence: float) -> str:
    return f"- {reader.pick(group.title)}: {_figure(group.overall, group, reader, confidence)}."


def _figure(cell: Cell, group: GroupResult, reader: Language, confidence: float) -> str:
    said = sentences.figure(cell, reader)
    if isinstance(cell, Suppressed):
        return f"{said}, vì {sentences.reason(cell.reason, reader)}"
    if isinstance(cell, Bounded):
        return f"{said} (con số chính xác được giữ lại để không lộ câu trả lời của ai)"
    if cell.kind == "census":
        return f"{said} (toàn bộ {reader.number(group.ballots)} đối tượng đã trả lời, không có sai số chọn mẫu)"
    low, high = reader.percent(cell.low, cell.base), reader.percent(cell.high, cell.base)
    if cell.kind == "bounds":
        return f"{said} (chưa phải mọi đối tượng đều trả lời; tính cả những đối tượng chưa trả lời: từ {low} đến {high})"
    return f"{said} (khoảng tin cậy {reader.whole_percent(100 * confidence)}: từ {low} đến {high})"


def _composite(whole: Composite | None) -> Iterator[str]:
    if whole is not None and whole.figure:
        yield f"- Chỉ số tổng hợp theo trọng số quy định: {whole.figure} (khoảng tin cậy: {whole.limits})."
    if whole is not None:
        yield whole.how


def _cautions(groups: list[GroupResult], *, apart: bool) -> tuple[str, ...]:
    """What keeps a reader from taking the figures for more than they are."""
    drawn = [g for g in groups if isinstance(g.overall, Shown) and g.overall.kind == "interval"]
    said = []
    if apart and len(groups) > 1:
        said.append(_APART)
    if any(not group.weighted for group in drawn):
        said.append(_UNWEIGHTED)
    return tuple(said)


def _by_factor(groups: list[GroupResult], reader: Language, confidence: float) -> Section:
    counts = {len(group.factors) for group in groups}
    title = f"Kết quả theo {counts.pop():02} yếu tố" if len(counts) == 1 else "Kết quả theo yếu tố"
    head = ("TT", "Yếu tố", "Chỉ số", f"Khoảng tin cậy {reader.whole_percent(100 * confidence)}", "Số phiếu")
    parts = tuple(
        Part(
            reader.pick(group.title),
            tuple((str(n), reader.pick(f.title), *_columns(f.cell, reader)) for n, f in enumerate(group.factors, 1)),
        )
        for group in groups
    )
    cells = [factor.cell for group in groups for factor in group.factors]
    reasons = dict.fromkeys(sentences.reason(c.reason, reader) for c in cells if isinstance(c, Suppressed))
    closing = [f"Số liệu không công bố: {'; '.join(reasons)}."] if reasons else []
    if any(not isinstance(cell, Suppressed) and cell.base < 30 for cell in cells):
        closing.append(reader.word("page.base_note"))
    return Section(title, (), Table(head, parts), tuple(closing))


def _since(edition: Edition, reader: Language) -> Iterator[str]:
    """What changed since the survey before: verdicts with differences and limits, and what is not compared and why."""
    results = edition.results
    if results.compared_with is None:
        yield comparing.not_compared(results, reader)
        return
    yield comparing.compared_with(results, reader)
    for group in comparing.compared(results, reader):
        if group.broken:
            yield f"- {group.title}: {_uncapitalised(group.broken)}"
            continue
        yield f"- {group.title}:"
        rows = [*(_change(row, reader) for row in group.main.changes), *_not_compared(group.main.breaks)]
        yield from (f"+ {row}{';' if n < len(rows) else '.'}" for n, row in enumerate(rows, 1))
    yield "Kết luận tăng hoặc giảm đã tính đến việc so nhiều chỉ số cùng lúc."


def _not_compared(breaks: Iterable[comparing.BreakRow]) -> Iterator[str]:
    """The figures that are not compared, together where the reasons are the same."""
    reasons: dict[str, list[str]] = {}
    for row in breaks:
        reasons.setdefault(row.reasons, []).append(row.name)
    for reason, names in reasons.items():
        yield f"Không so sánh, vì {reason}: {', '.join(names)}"


def _change(row: comparing.ChangeRow, reader: Language) -> str:
    difference = reader.word("comparison.points", number=row.difference)
    return f"{row.name}: {row.said} (từ {row.before} đến {row.now}; chênh lệch {difference}, khoảng tin cậy từ {row.limits})"


def _columns(cell: Cell, reader: Language) -> tuple[str, str, str]:
    base = reader.word("figure.absent") if isinstance(cell, Suppressed) else reader.base(cell.base)
    return sentences.figure(cell, reader), sentences.limits(cell, reader), base


def _expectations(groups: list[GroupResult], survey: Survey, reader: Language) -> Iterator[str]:
    asked = [(group, question) for group in groups for question in group.questions if question.role == "expectation"]
    if not asked:
        yield "Phiếu khảo sát không hỏi nội dung này."
    for group, question in asked:
        plan = survey.group(group.id).questionnaire.questions.get(question.id)
        named = [c for c in question.choices if plan is None or c.id not in plan.fixed]
        yield f"- {reader.pick(group.title)}: {_wanted(replace(question, choices=tuple(named)), reader)}."


def _wanted(question: QuestionResult, reader: Language) -> str:
    if question.reason is not None:
        return f"không công bố, vì {sentences.reason(question.reason, reader)}"
    said = "; ".join(
        f"{_uncapitalised(reader.pick(choice.text))} ({reader.percent(choice.share or 0.0, question.base or 0)})"
        for choice in most_wanted(question.choices)
    )
    hidden = any(choice.share is None for choice in question.choices)
    return f"{'trong các nội dung công bố được, ' if hidden else ''}{said}" if said else "không có câu trả lời"


def most_wanted(choices: Iterable[ChoiceShare], places: int = 3) -> list[ChoiceShare]:
    """The choices that were picked most, in order; those that tie with the last place are all there."""
    picked = sorted((c for c in choices if c.share), key=lambda choice: -(choice.share or 0.0))
    return [c for c in picked if (c.share or 0.0) >= (picked[min(places, len(picked)) - 1].share or 0.0)]


def _contacts(body: Body, reader: Language) -> Iterator[str]:
    yield reader.pick(body.name)
    for kind, value in body.contact.items():
        yield _CONTACTS.get(kind, "{}").format(value)


def _recipients(body: Body, reader: Language) -> list[str]:
    superior = [f"{reader.pick(body.superior)} (để báo cáo)"] if body.superior else []
    others = ["Các tổ chức, cá nhân tham gia khảo sát", "Trang thông tin điện tử của cơ quan", "Lưu: VT"]
    return _listed(superior + others)


def _heading(texts: Texts, reader: Language) -> str:
    """The superior body as it stands on a letterhead: capitals, the common phrase abbreviated."""
    return reader.pick(texts).upper().replace("ỦY BAN NHÂN DÂN", "UBND")


def _listed(items: Iterable[str]) -> list[str]:
    """The items of a list as Decree 30 writes them: a dash before, a semicolon after, a full stop after the last."""
    items = list(items)
    return [f"- {item}{';' if n < len(items) else '.'}" for n, item in enumerate(items, 1)]


def _grounds(grounds: Iterable[Texts], reader: Language) -> Iterator[str]:
    texts = [reader.pick(text).rstrip(" .;") for text in grounds]
    for n, text in enumerate(texts, 1):
        yield f"{text}{'.' if n == len(texts) else ';'}"


def _uncapitalised(text: str) -> str:
    return text[:1].lower() + text[1:]
