"""Judges the history of a run, in the manner of Jepsen: whatever was killed, cut off or slowed, it must have been as promised.

Pure functions over a recorded history. Each gives sentences that say what must not have happened; none, where all is well. What
a request without an answer did is not known, so both are allowed: its ballot is in the store, or it is not.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import lcm

from tests.faults.history import SUCCESS, UNKNOWN, History, Invocation, Left, Look, Place, Rules, Stored

TOLERANCE = 1e-6
WEB = "web"


@dataclass(frozen=True)
class Known:
    """The history, arranged for asking."""

    history: History

    @cached_property
    def sendings(self) -> dict[str, list[Invocation]]:
        """ballot id -> its sendings, by their beginning."""
        found: dict[str, list[Invocation]] = defaultdict(list)
        for each in sorted(self.history.invocations, key=lambda i: i.begun):
            found[each.sent.id].append(each)
        return found

    @cached_property
    def stored(self) -> dict[str, Stored]:
        return {ballot.id: ballot for left in self.history.left.values() for ballot in left.ballots}

    @cached_property
    def begun(self) -> dict[str, float]:
        """stored ballot's id -> when its content was first sent: it was not in the store before."""
        first: dict[str, float] = {}
        for id_, ballot in self.stored.items():
            times = [i.begun for i in self.sendings.get(id_, ()) if i.sent.content == ballot.content]
            first[id_] = min(times, default=float("inf"))
        return first

    def place(self, each: Invocation) -> Place:
        return self.history.rules[each.sent.survey].strata[each.sent.stratum]

    def counted_in(self, survey: str, stratum: str) -> list[Stored]:
        return [b for b in self.history.left[survey].ballots if b.stratum == stratum and b.counted]

    def told(self, *problems: str) -> Iterator[Invocation]:
        return (i for i in self.history.invocations if i.told.problem in problems)

    @property
    def acknowledged(self) -> Iterator[Invocation]:
        return (i for i in self.history.invocations if i.told.status in SUCCESS)


def violations(history: History) -> list[str]:
    """Everything that must not have happened."""
    known = Known(history)
    return [f"{check.__name__}: {sentence}" for check in CHECKS for sentence in check(known)]


def answers_are_expected(known: Known) -> Iterator[str]:
    """Nothing that the clients sent may be answered otherwise: they know the questionnaire, and no fault excuses a 500."""
    for each in known.history.invocations:
        if each.told.status not in (*SUCCESS, *UNKNOWN) and each.told.problem not in EXPECTED:
            yield f"ballot {each.sent.id} was answered {each.told.status} {each.told.problem}"


def nothing_acknowledged_is_lost(known: Known) -> Iterator[str]:
    """Every acknowledged ballot is in the store with its content, receipt and flag."""
    for each in known.acknowledged:
        ballot = known.stored.get(each.sent.id)
        if ballot is None:
            yield f"ballot {each.sent.id} was acknowledged and is not in the store"
        elif ballot.content != each.sent.content:
            yield f"ballot {each.sent.id} was acknowledged with another content than is stored"
        elif (ballot.receipt, ballot.counted) != (each.told.receipt, each.told.counted):
            yield f"ballot {each.sent.id} was told {each.told}, stored is receipt {ballot.receipt}, counted {ballot.counted}"


def nothing_is_stored_that_nobody_sent(known: Known) -> Iterator[str]:
    """Every stored ballot was sent so, and not refused each time."""
    for id_, ballot in known.stored.items():
        same = [i for i in known.sendings.get(id_, ()) if i.sent.content == ballot.content]
        if not same:
            yield f"ballot {id_} is stored and nobody sent it so"
        elif not any(i.told.status in (*SUCCESS, *UNKNOWN) for i in same):
            yield f"ballot {id_} is stored, though it was refused each time"


def an_acknowledgement_holds(known: Known) -> Iterator[str]:
    """A ballot is new once; whoever sends it again after an acknowledgement is told the same, and of other content no."""
    for id_, sendings in known.sendings.items():
        if sum(i.told.status == 201 for i in sendings) > 1:
            yield f"ballot {id_} was acknowledged as new more than once: the first time came too early"
        firsts = [i for i in sendings if i.told.status in SUCCESS]
        if not firsts:
            continue
        first = min(firsts, key=lambda i: i.ended)
        for again in sendings:
            if again.begun < first.ended or again.told.status in UNKNOWN:
                continue
            same = again.sent.content == first.sent.content
            if same and again.told.status != 200:
                yield f"ballot {id_} was acknowledged, and told {again.told} when it was sent again"
            if not same and again.told.problem != "ballot-conflict":
                yield f"ballot {id_} was acknowledged, and told {again.told} when it was sent with other content"


def refusals_are_justified(known: Known) -> Iterator[str]:
    """Refused for a conflict, an invitation or the time only where there was one by the end of the answer."""
    for each in known.told("ballot-conflict"):
        ballot = known.stored.get(each.sent.id)
        if ballot is None or ballot.content == each.sent.content or known.begun[ballot.id] >= each.ended:
            yield f"ballot {each.sent.id} was refused for a conflict with nothing"
    spenders = _spenders(known)
    for each in known.told("invitation-spent"):
        others = [id_ for id_ in spenders.get(each.sent.invitation or "", ()) if id_ != each.sent.id]
        if not any(known.begun[id_] < each.ended for id_ in others):
            yield f"ballot {each.sent.id}: its invitation was called spent, and no other ballot came with it"
    for each in known.told("invitation-unknown"):
        if _is_issued(known, each):
            yield f"ballot {each.sent.id}: its invitation was issued for its stratum and called unknown"
    for each in known.told("invitation-required"):
        if each.sent.invitation is not None or not known.place(each).invited:
            yield f"ballot {each.sent.id} was asked for an invitation without need"
    for each in known.told("survey-not-open"):
        rules = known.history.rules[each.sent.survey]
        if each.ended < (rules.closes if each.sent.channel == WEB else rules.late_until):
            yield f"ballot {each.sent.id} was refused as too late before its time was over"


def admissions_are_justified(known: Known) -> Iterator[str]:
    """An invitation admits one ballot, of its stratum; nothing new gets in once a survey is closed."""
    for token, ids in _spenders(known).items():
        if len(ids) > 1:
            yield f"an invitation admitted {len(ids)} ballots: {', '.join(sorted(ids))} ({token[:4]}…)"
    for id_, ballot in known.stored.items():
        sendings = known.sendings.get(id_, [])
        invited = known.history.rules[ballot.survey].strata[ballot.stratum].invited
        if invited and not any(_is_issued(known, each) for each in sendings):
            yield f"ballot {id_} got into an invited stratum without an invitation"
        rules = known.history.rules[ballot.survey]
        if known.begun[id_] > (rules.shut_web if ballot.channel == WEB else rules.shut_all) and sendings:
            yield f"ballot {id_} was first sent after the survey was closed to it, and got in"


def places_are_given_exactly(known: Known) -> Iterator[str]:
    """A limit is never passed, and who was told "full" or "surplus" came when the limit could have been reached, for good."""
    for survey, rules in known.history.rules.items():
        for stratum, place in rules.strata.items():
            counted = known.counted_in(survey, stratum)
            surplus = [b for b in known.history.left[survey].ballots if b.stratum == stratum and not b.counted]
            if place.limit is not None and len(counted) > place.limit:
                yield f"{survey}/{stratum}: {len(counted)} counted, the limit is {place.limit}"
            if surplus and (place.limit is None or not place.keeps or len(counted) < place.limit):
                yield f"{survey}/{stratum}: {len(surplus)} surplus beside {len(counted)} counted"
            free = known.history.left[survey].free.get(stratum)
            if place.limit is not None and free != place.limit - len(counted):
                yield f"{survey}/{stratum}: {free} places are free, {place.limit} - {len(counted)} should be"
    for each in known.history.invocations:
        if each.told.problem == "stratum-full" or (each.told.status == 201 and each.told.counted is False):
            yield from _full_at(known, each)


def _full_at(known: Known, each: Invocation) -> Iterator[str]:
    place = known.place(each)
    counted = known.counted_in(each.sent.survey, each.sent.stratum)
    before = sum(known.begun[ballot.id] < each.ended for ballot in counted)
    if place.limit is None or before < place.limit or (place.keeps and each.told.problem is not None):
        yield f"ballot {each.sent.id} was told that its stratum is full, with {before} of {place.limit} places taken"
    elif any(known.begun[ballot.id] > each.ended for ballot in counted):
        yield f"ballot {each.sent.id} was told that its stratum is full, and one that came later was counted"


def everything_is_counted_once(known: Known) -> Iterator[str]:
    """Tallies are what the stored ballots give, cell by cell, and so are the counts at the gates; nothing waits."""
    for survey, left in known.history.left.items():
        rules = known.history.rules[survey]
        expected, found = _tally(left.ballots, rules), _merged(left.cells)
        for key in sorted(set(expected) | set(found)):
            if expected[key] != found[key]:
                yield f"{survey}: {' '.join(key)}: tallied {found[key]}, the ballots give {expected[key]}"
        if left.waiting:
            yield f"{survey}: {left.waiting} ballots wait to be counted"
        if left.accepted != len(left.ballots):
            yield f"{survey}: {left.accepted} were accepted, {len(left.ballots)} are stored"


def what_was_sealed_is_what_was_accepted(known: Known) -> Iterator[str]:
    """The register holds the receipt of every counted ballot and no other, and the sealed equation its number."""
    for survey, left in known.history.left.items():
        if left.state != known.history.rules[survey].ends:
            yield f"{survey} was to be {known.history.rules[survey].ends} and is {left.state}: {left.problem}"
        if left.register is None:
            continue
        counted = sorted(ballot.receipt for ballot in left.ballots if ballot.counted)
        if list(left.register) != counted:
            yield f"{survey}: the register and the counted ballots differ in {len(set(left.register) ^ set(counted))} receipts"
        if left.root != merkle_root(counted).hex():
            yield f"{survey}: the register's root is not that of its receipts"
        numbers = {"accepted": len(left.ballots), "counted": len(counted), "surplus": len(left.ballots) - len(counted)}
        sealed = left.sealed or {}
        if {name: sealed.get(name) for name in numbers} != numbers:
            yield f"{survey}: sealed {sealed}, stored {numbers}"


def published_figures_are_those_of_the_ballots(known: Known) -> Iterator[str]:
    """One edition, whose figures are a computation of the checker's own over the ballots that were acknowledged."""
    for survey, left in known.history.left.items():
        if left.state == "published" and len(left.editions) != 1:
            yield f"{survey} has {len(left.editions)} editions"
        for results in left.editions:
            yield from _edition(survey, results, left, known.history.rules[survey])


def _edition(survey: str, results: Mapping[str, object], left: Left, rules: Rules) -> Iterator[str]:
    (group,) = results["groups"]  # type: ignore[misc]
    counted = [ballot for ballot in left.ballots if ballot.counted]
    complete = [ballot for ballot in counted if _is_complete(ballot, rules)]
    if group["ballots"] != len(counted):
        yield f"{survey}: published {group['ballots']} ballots, {len(counted)} were counted"
    for figure in group["criteria"]:
        rated = [b.answers[figure["id"]] for b in complete if b.answers.get(figure["id"], 0)]
        if "levels" in figure and {k: n for k, n in figure["levels"].items() if n} != Counter(map(str, rated)):
            yield f"{survey}: published {figure['levels']} for {figure['id']}, the ballots give {Counter(rated)}"
        if "index" in figure:
            share = 100 * sum(level in rules.satisfied for level in rated) / len(rated)
            if abs(figure["index"] - share) > TOLERANCE or figure["base"] != len(rated):
                yield f"{survey}: published {figure['index']} over {figure['base']} for {figure['id']}, not {share}"


def running_figures_are_of_a_prefix(known: Known) -> Iterator[str]:
    """No running index that the ballots accepted by then could not give, and none that goes back.

    A necessary condition that can be checked without knowing the order in which ballots were counted: of every stratum, no more
    ballots than were sent by then and counted in the end; every index one that some choice of so many of them gives. Where all
    ballots rate all criteria, an index is a whole number over a known denominator, between what the least and the most
    satisfied choice gives.
    """
    last: dict[str, Look] = {}
    for look in sorted(known.history.looks, key=lambda look: look.begun):
        yield from _look(known, look)
        before = last.get(look.survey)
        if before is not None and before.ended < look.begun:
            fewer = [s for s, number in before.counted.items() if look.counted.get(s, 0) < number]
            if fewer:
                yield f"{look.survey}: running figures went back in {', '.join(fewer)}"
        last[look.survey] = look


def _look(known: Known, look: Look) -> Iterator[str]:
    rules, left = known.history.rules[look.survey], known.history.left[look.survey]
    by_then: list[Stored] = []
    for stratum, number in look.counted.items():
        complete = [
            b
            for b in left.ballots
            if b.stratum == stratum and b.counted and _is_complete(b, rules) and known.begun[b.id] < look.ended
        ]
        by_then += complete
        if number > len(complete):
            yield f"{look.survey}: a running figure over {number} ballots of {stratum}, {len(complete)} were accepted by then"
    base = sum(look.counted.values())
    if not all(b.answers.get(c, 0) for b in left.ballots if b.counted for c in rules.criteria):
        return
    least, most = _bounds(by_then, base, rules)
    named = [(name, value, list(rules.factors[name])) for name, value in look.factors.items()]
    for name, value, criteria in [*named, ("overall", look.overall, rules.criteria)]:
        if value is None:
            continue
        low = _aggregated(least, rules) if name == "overall" else sum(least[c] for c in criteria) / len(criteria)
        high = _aggregated(most, rules) if name == "overall" else sum(most[c] for c in criteria) / len(criteria)
        whole = base * lcm(*(len(f) for f in rules.factors.values())) * (len(rules.factors) if name == "overall" else 1)
        if not low - TOLERANCE <= value <= high + TOLERANCE:
            yield f"{look.survey}: {name} was shown as {value}, between {low} and {high} is possible"
        elif abs(value * whole / 100 - round(value * whole / 100)) > 1e-4:
            yield f"{look.survey}: {name} was shown as {value}, which no {base} ballots give"


def _bounds(ballots: Sequence[Stored], base: int, rules: Rules) -> tuple[dict[str, float], dict[str, float]]:
    """The least and the most percent satisfied that `base` of `ballots` can give, by criterion."""
    least, most = {}, {}
    for criterion in rules.criteria:
        satisfied = sum(ballot.answers[criterion] in rules.satisfied for ballot in ballots)
        least[criterion] = 100 * max(0, base - (len(ballots) - satisfied)) / base
        most[criterion] = 100 * min(base, satisfied) / base
    return least, most


def _aggregated(shares: Mapping[str, float], rules: Rules) -> float:
    means = [sum(shares[c] for c in criteria) / len(criteria) for criteria in rules.factors.values()]
    return sum(means) / len(means)


def _spenders(known: Known) -> dict[str, set[str]]:
    """token -> the stored ballots that came with it."""
    found: dict[str, set[str]] = defaultdict(set)
    for id_, ballot in known.stored.items():
        for each in known.sendings.get(id_, ()):
            if each.sent.invitation is not None and each.sent.content == ballot.content:
                found[each.sent.invitation].add(id_)
    return found


def _is_issued(known: Known, each: Invocation) -> bool:
    given = known.history.invitations.get(each.sent.invitation or "")
    return given is not None and tuple(given) == (each.sent.survey, each.sent.stratum)


def _is_complete(ballot: Stored, rules: Rules) -> bool:
    rated = sum(bool(ballot.answers.get(c, 0)) for c in rules.criteria)
    left_out = sum(c not in ballot.answers for c in rules.criteria)
    return rated > 0 and 2 * rated >= rated + left_out


def _tally(ballots: Sequence[Stored], rules: Rules) -> Counter[tuple[str, ...]]:
    counts: Counter[tuple[str, ...]] = Counter()
    for ballot in ballots:
        cell = (ballot.stratum, ballot.channel)
        if not ballot.counted:
            counts[*cell, "surplus"] += 1
            continue
        counts[*cell, "counted"] += 1
        if not _is_complete(ballot, rules):
            counts[*cell, "incomplete"] += 1
            continue
        for question, answer in ballot.answers.items():
            counts[*cell, question, str(answer)] += 1
    return counts


def _merged(cells: Sequence[Mapping[str, object]]) -> Counter[tuple[str, ...]]:
    counts: Counter[tuple[str, ...]] = Counter()
    for cell in cells:
        where = (str(cell["stratum"]), str(cell["channel"]))
        for name in ("counted", "incomplete", "surplus"):
            counts[*where, name] += cell[name]  # type: ignore[assignment, operator]
        for question, answers in cell["counts"].items():  # type: ignore[attr-defined]
            for answer, number in answers.items():
                counts[*where, question, answer] += number
    return counts


def merkle_root(receipts: Sequence[str]) -> bytes:
    """RFC 9162, section 2.1.1, by its definition."""
    if not receipts:
        return hashlib.sha256(b"").digest()
    if len(receipts) == 1:
        return hashlib.sha256(b"\x00" + receipts[0].encode()).digest()
    half = 1 << (len(receipts) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + merkle_root(receipts[:half]) + merkle_root(receipts[half:])).digest()


EXPECTED = (
    "ballot-conflict",
    "invitation-spent",
    "invitation-unknown",
    "invitation-required",
    "stratum-full",
    "survey-not-open",
)
CHECKS: tuple[Callable[[Known], Iterator[str]], ...] = (
    answers_are_expected,
    nothing_acknowledged_is_lost,
    nothing_is_stored_that_nobody_sent,
    an_acknowledgement_holds,
    refusals_are_justified,
    admissions_are_justified,
    places_are_given_exactly,
    everything_is_counted_once,
    what_was_sealed_is_what_was_accepted,
    published_figures_are_those_of_the_ballots,
    running_figures_are_of_a_prefix,
)
