from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from services.publisher.rendering.charts import WIDTH, Row, bar, interval_chart, level_paints, level_segments
from shared.domain.results import Bounded, Cell, Shown, Suppressed

SVG = "{http://www.w3.org/2000/svg}"
percents = st.floats(0, 100, allow_nan=False)


def drawn(*cells: Cell, label: str = "Tiếp cận dịch vụ") -> ET.Element:
    rows = [Row(label, cell, "88,7%") for cell in cells]
    return ET.fromstring(interval_chart("c", "Theo yếu tố", "Chấm là chỉ số.", rows))  # noqa: S314 -- our own text


def marks(chart: ET.Element, tag: str) -> list[ET.Element]:
    return [mark for mark in chart.iter(SVG + tag) if mark.get("class") in ("dot", "interval")]


def test_a_chart_is_an_image_with_a_title_and_a_description() -> None:
    chart = drawn(Shown(88.7, 79.2, 94.1, 60))
    title, description = chart.find(f"{SVG}title"), chart.find(f"{SVG}desc")
    assert title is not None
    assert description is not None
    assert (chart.get("role"), chart.get("aria-labelledby"), title.text) == ("img", title.get("id"), "Theo yếu tố")
    assert chart.get("aria-describedby") == description.get("id")


def test_the_description_reads_every_figure_out() -> None:
    description = drawn(Shown(88.7, 79.2, 94.1, 60)).find(f"{SVG}desc")
    assert description is not None
    assert "Tiếp cận dịch vụ 88,7%." in (description.text or "")


@given(st.lists(percents, min_size=3, max_size=3).map(sorted))
def test_a_dot_lies_on_its_interval_and_both_on_the_scale(found: list[float]) -> None:
    low, index, high = found
    chart = drawn(Shown(index, low, high, 60))
    (dot,), (interval,) = marks(chart, "circle"), marks(chart, "rect")
    left, right = float(interval.get("x", "")), float(interval.get("x", "")) + float(interval.get("width", ""))
    assert 0 <= left <= float(dot.get("cx", "")) + 0.05
    assert float(dot.get("cx", "")) <= right + 0.05 <= WIDTH


def test_a_census_has_a_diamond_and_no_interval() -> None:
    chart = drawn(Shown(92.0, 92.0, 92.0, 26, "census"))
    assert (len(marks(chart, "path")), marks(chart, "rect"), marks(chart, "circle")) == (1, [], [])


def test_a_bounded_figure_shows_its_side_and_no_dot() -> None:
    chart = drawn(Bounded(90.0, None, 26))
    assert (len(marks(chart, "rect")), marks(chart, "circle"), marks(chart, "path")) == (1, [], [])


def test_a_hidden_figure_draws_nothing() -> None:
    chart = drawn(Suppressed("base"))
    assert [marks(chart, tag) for tag in ("rect", "circle", "path")] == [[], [], []]


def test_a_long_label_is_broken_into_lines_of_which_none_is_lost() -> None:
    label = "Tiếp nhận, xử lý các ý kiến phản ánh, kiến nghị của người dân và doanh nghiệp"
    lines = [
        text.text or "" for text in drawn(Suppressed("base"), label=label).iter(f"{SVG}text") if text.get("class") == "label"
    ]
    assert " ".join(lines) == label
    assert max(map(len, lines)) <= 42


def test_labels_are_escaped() -> None:
    assert "<script>" not in interval_chart("c", "<script>", "<script>", [Row("<script>", Suppressed("base"), "<script>")])


def test_the_same_rows_give_the_same_chart_to_the_byte() -> None:
    rows = [Row("Tiếp cận", Shown(88.7, 79.2, 94.1, 60), "88,7%")]
    assert interval_chart("c", "t", "d", rows) == interval_chart("c", "t", "d", rows)


@given(st.lists(st.integers(0, 50), min_size=3, max_size=7).filter(any))
def test_levels_fill_their_bar_without_a_gap(counts: list[int]) -> None:
    segments = level_segments(counts, level_paints([False] * (len(counts) - 1) + [True]))
    ends = [segment.start + segment.width for segment in segments]
    assert [round(s.start, 9) for s in segments] == [0, *(round(end, 9) for end in ends[:-1])]
    assert round(ends[-1], 9) == 100


def test_nobodys_answers_make_no_segments() -> None:
    assert level_segments([0, 0, 0], ("u1", "s1", "s2")) == ()


def test_paints_go_from_the_worst_level_to_the_best() -> None:
    assert level_paints([False, False, False, True, True]) == ("u1", "u2", "u3", "s1", "s2")
    assert level_paints([False, True, True]) == ("u1", "s1", "s2")
    assert level_paints([False, False, True, True]) == ("u1", "u2", "s1", "s2")


def test_a_bar_says_nothing_to_screen_readers_because_its_numbers_stand_beside_it() -> None:
    assert 'aria-hidden="true"' in bar(level_segments([1, 2], ("u1", "s2")))
