"""What is published of the open question: only what a person coded and cleared, and never what few people wrote."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.comments import Coded, Comment, themes, unfit
from shared.plan import parse
from tests import plans

SURVEY = parse(plans.small("s-2026"))
WAIT, CHAIR, RARE = ("Chờ lâu", "Long wait"), ("Ghế",), ("Lối đi xe lăn",)


def rows(*named: tuple[tuple[str, ...], int]) -> list[Coded]:
    counted = [theme for theme, number in named for _ in range(number)]
    return [Coded(line, Comment("people", f"ý kiến {line}"), (theme,)) for line, theme in enumerate(counted, 2)]


def test_themes_are_counted_and_those_of_few_people_are_not_told() -> None:
    (group,) = themes(rows((CHAIR, 5), (WAIT, 8), (RARE, 4)), SURVEY)
    assert group["themes"] == [
        {"theme": {"vi": "Chờ lâu", "en": "Long wait"}, "count": 8},
        {"theme": {"vi": "Ghế", "en": "Ghế"}, "count": 5},
    ]
    assert (group["coded"], group["themes_not_told"], group["cleared"]) == (17, 1, [])


def test_a_group_with_few_comments_publishes_nothing() -> None:
    few = [Coded(2, Comment("people", "Tốt"), (WAIT,), "Tốt"), *rows((WAIT, 8))]
    assert themes(few, SURVEY) == [{"group": "people", "suppressed": True, "reason": "base"}]


def test_a_theme_named_twice_in_one_comment_counts_once() -> None:
    doubled = [Coded(n, Comment("people", str(n)), (WAIT, WAIT)) for n in range(10)]
    assert themes(doubled, SURVEY)[0]["themes"][0]["count"] == 10


def test_a_text_is_published_only_where_it_was_cleared_and_in_no_order_of_ballots() -> None:
    cleared = [Coded(2, Comment("people", "b"), (WAIT,), "Sau"), Coded(3, Comment("people", "a"), (WAIT,), "Đầu")]
    assert themes([*cleared, *rows((WAIT, 9))], SURVEY)[0]["cleared"] == ["Sau", "Đầu"]


def test_a_row_that_is_none_of_the_comments_is_named_by_its_line() -> None:
    found = unfit([Coded(7, Comment("people", "Bịa ra"), (WAIT,))], [Comment("people", "Chờ lâu")])
    assert found == ["line 7: this text is not among the comments of group people, or stands here twice"]


def test_a_comment_coded_more_often_than_it_was_written_is_found() -> None:
    twice = [Coded(line, Comment("people", "Chờ lâu"), (WAIT,)) for line in (2, 3)]
    assert len(unfit(twice, [Comment("people", "Chờ lâu")])) == 1
    assert unfit(twice, [Comment("people", "Chờ lâu")] * 2) == []


def test_decomposed_letters_and_other_blanks_are_the_same_comment() -> None:
    written = unicodedata.normalize("NFD", "Chờ  lâu ")
    assert unfit([Coded(2, Comment("people", written), (WAIT,))], [Comment("people", "Chờ lâu")]) == []


def test_a_cleared_text_with_personal_data_is_refused() -> None:
    row = Coded(2, Comment("people", "Chị [tên người] tốt"), (WAIT,), "Chị Lan tốt")
    assert "tên người" in unfit([row], [row.comment])[0]


def test_a_cleared_text_needs_a_theme() -> None:
    assert "theme" in unfit([Coded(2, Comment("people", "Tốt"), (), "Tốt")], [Comment("people", "Tốt")])[0]


@given(st.dictionaries(st.sampled_from(["a", "b", "c", "d"]), st.integers(0, 12), min_size=1))
def test_no_count_under_five_is_ever_told(counts: dict[str, int]) -> None:
    told = themes(rows(*(((name,), number) for name, number in counts.items())), SURVEY)
    assert all(theme["count"] >= 5 for group in told for theme in group.get("themes", ()))
