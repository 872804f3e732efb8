"""The pace of running figures."""

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.disclosure import Looks, Move, Pace, after, may_reveal, move, running, running_figure

PACE = Pace(step=5, min_base=10)
NOTHING = Move(reveal=False, take=False)


def test_the_first_snapshot_needs_the_minimum_base() -> None:
    assert [running(9, None, 5, 10), running(10, None, 5, 10)] == [False, True]


def test_a_further_snapshot_needs_the_minimum_base_even_where_the_step_is_smaller() -> None:
    assert [running(19, 10, 5, 10), running(20, 10, 5, 10), running(20, 10, 15, 10)] == [False, True, False]


def test_a_snapshot_is_shown_only_after_ten_more_ballots() -> None:
    looks = Looks(pending={"a": 10})
    assert not move(looks, {"a": 19}, PACE).reveal
    assert move(looks, {"a": 20}, PACE) == Move(reveal=True, take=True)


def test_a_stratum_that_was_full_in_a_snapshot_holds_it_back() -> None:
    looks = Looks(pending={"a": 10, "b": 2})
    assert not move(looks, {"a": 10, "b": 40}, Pace(5, 10)).reveal


def test_strata_that_fill_up_between_looks_do_not_isolate_the_others() -> None:
    looks = Looks(shown=({"a": 10, "b": 0},), pending={"a": 12, "b": 12})
    assert not move(looks, {"a": 30, "b": 12}, PACE).reveal


def test_a_stratum_with_a_single_ballot_in_a_snapshot_counts_towards_those_to_come() -> None:
    assert may_reveal(Looks(pending={"a": 10, "b": 1}), {"a": 11, "b": 10}, 10)
    assert not may_reveal(Looks(pending={"a": 10, "b": 1}), {"a": 11, "b": 9}, 10)


def test_nothing_is_shown_where_nothing_is_pending() -> None:
    assert not may_reveal(Looks(), {"a": 100}, 10)


def _played(arrivals: list[str]) -> tuple[Looks, dict[str, int]]:
    looks, now = Looks(), {"a": 0, "b": 0, "c": 0}
    for stratum in arrivals:
        now[stratum] += 1
        done = move(looks, now, PACE)
        looks = after(looks, done, now)
        assert move(looks, now, PACE) == NOTHING
    return looks, now


@given(st.lists(st.sampled_from("abc"), max_size=150))
def test_no_two_looks_and_no_look_and_the_final_result_isolate_fewer_than_ten_ballots(arrivals: list[str]) -> None:
    looks, final = _played(arrivals)
    seen = [{}, *looks.shown]
    pairs = [(early, late) for position, late in enumerate(seen) for early in seen[:position]]
    apart = [sum(late[s] - early.get(s, 0) for s in late if early.get(s, 0) > 0 or late[s] < final[s]) for early, late in pairs]
    rest = [sum(final[s] - late[s] for s in late if late[s] > 0) for late in looks.shown]
    assert min(apart + rest, default=10) >= 10


def test_steady_ballots_move_the_figures_every_ten() -> None:
    looks, _ = _played(["a", "b", "c"] * 20)
    assert [sum(shown.values()) for shown in looks.shown] == [10, 20, 30, 40, 50]


def test_a_running_figure_of_few_ballots_that_nearly_agree_is_not_shown() -> None:
    assert [running_figure(p, n, 10) for p, n in ((100.0, 10), (70.0, 10), (70.0, 9), (100.0, 30))] == [None, 70.0, None, 100.0]


def test_a_million_ballots_leave_a_history_of_a_few_hundred_looks() -> None:
    looks, counted = Looks(), 0
    while counted < 1_000_000:
        counted += max(1, counted // 200)
        done = move(looks, {"a": counted}, Pace(5, 10))
        looks = after(looks, done, {"a": counted})
    assert 100 < len(looks.shown) < 400
