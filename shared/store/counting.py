"""Counting a survey's ballots by the server itself: a second count by other code than the first, which has to give the same
tallies.

It counts what is stored and knows nothing of digests: whether a ballot is the one that was accepted is the first count's to
say.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from shared.domain.survey import Channel, Group, Survey
from shared.domain.tally import ANSWERED, Cell, Tally, merge_cells
from shared.store.connection import PATIENCE, Db, answering

Expression = Mapping[str, Any]

STRATA = 50
"""Strata of one pass over the ballots: what is found has to fit into the 100 MB that the server gives a `$facet`."""

TOTALS, OTHERS = "_totals", "_others"
"""What is found besides the answers to each question: kinds of ballots, and answers to questions that the survey has not."""

_KEPT = {"stratum": 1, "channel": 1, "surplus": 1}
_CELL = {"stratum": "$stratum", "channel": "$channel"}
_NUMBER = {"$sum": 1}


def count(db: Db, survey: Survey) -> dict[Cell, Tally]:
    """The tallies of all stored ballots of the survey's strata. Raises StoreUnavailable."""
    strata = list(survey.strata)
    portions = [strata[start : start + STRATA] for start in range(0, len(strata), STRATA)]
    with answering(PATIENCE):
        parts = [_tallies(db.ballots.aggregate(_pipeline(survey, portion))) for portion in portions]
    return {cell: tally for cell, tally in merge_cells(parts).items() if tally.scored}


def _pipeline(survey: Survey, strata: Sequence[str]) -> list[dict[str, Any]]:
    """One pass: ballots are grouped anew for each question, by the answer as it is stored.

    Nothing is unwound but what was found, so that memory does not grow with the answers. Ballots are not picked by their ids:
    the embedded server would compare each of them with every id.
    """
    groups = [group for group in survey.groups if any(stratum.id in strata for stratum in group.strata)]
    return [
        {"$match": {"survey": survey.id, "stratum": {"$in": list(strata)}}},
        *_judged(groups, survey.method.min_answered),
        {"$facet": _found(groups)},
        {"$project": {"found": {"$objectToArray": "$$ROOT"}}},
        {"$unwind": "$found"},
        {"$unwind": "$found.v"},
    ]


def _judged(groups: Sequence[Group], min_answered: float) -> list[dict[str, Any]]:
    """Each ballot with whether it is complete, and with its answers if they count."""
    complete = {"$switch": {"branches": [_complete(group, min_answered) for group in groups]}}
    counted = {"$cond": [{"$and": ["$complete", {"$not": ["$surplus"]}]}, "$answers", {}]}
    return [
        {"$project": {**_KEPT, "answers": "$answers", "complete": complete}},
        {"$project": {**_KEPT, "answers": counted, "complete": 1}},
    ]


def _complete(group: Group, min_answered: float) -> Expression:
    """For a ballot of the group: `shared.domain.ballot.is_complete` in the server's words.

    `NO_OPINION` is 0, which the server takes for false as it does what is not there; any text is true.
    """
    says = [f"$answers.{criterion.id}" for criterion in group.questionnaire.criteria]
    rated = {"$size": {"$filter": {"input": says, "cond": "$$this"}}}
    applying = {"$size": {"$filter": {"input": [{"$ifNull": [each, "left out"]} for each in says], "cond": "$$this"}}}
    enough = {"$and": [{"$gt": ["$$rated", 0]}, {"$gte": ["$$rated", {"$multiply": [min_answered, "$$applying"]}]}]}
    return {
        "case": {"$in": ["$stratum", [stratum.id for stratum in group.strata]]},
        "then": {"$let": {"vars": {"rated": rated, "applying": applying}, "in": enough}},
    }


def _found(groups: Sequence[Group]) -> dict[str, list[dict[str, Any]]]:
    """What each facet counts: question -> ballots of a cell by answer."""
    questions = sorted({id_ for group in groups for id_ in (*group.questionnaire.rated, *group.questionnaire.questions)})
    found: dict[str, list[dict[str, Any]]] = {
        id_: [{"$group": {"_id": {**_CELL, "answer": f"$answers.{id_}"}, "n": _NUMBER}}] for id_ in questions
    }
    found[TOTALS] = [{"$group": {"_id": {**_CELL, "surplus": "$surplus", "complete": "$complete"}, "n": _NUMBER}}]
    found[OTHERS] = [
        {"$unset": [f"answers.{id_}" for id_ in questions]},
        {"$project": {"stratum": 1, "channel": 1, "given": {"$objectToArray": "$answers"}}},
        {"$unwind": "$given"},
        {"$group": {"_id": {**_CELL, "question": "$given.k", "answer": "$given.v"}, "n": _NUMBER}},
    ]
    return found


def _tallies(found: Iterable[Mapping[str, Any]]) -> dict[Cell, Tally]:
    cells: dict[Cell, dict[str, Any]] = {}
    for each in found:
        facet, of, number = each["found"]["k"], each["found"]["v"]["_id"], each["found"]["v"]["n"]
        key = Cell(of["stratum"], Channel(of["channel"]))
        cell = cells.setdefault(key, {"counted": 0, "incomplete": 0, "surplus": 0, "counts": {}})
        if facet == TOTALS:
            surplus = of.get("surplus")
            cell["surplus" if surplus else "counted"] += number
            cell["incomplete"] += 0 if surplus or of["complete"] else number
        elif "answer" in of:
            counts = cell["counts"].setdefault(of.get("question", facet), {})
            for answer in _counted_as(of["answer"]):
                counts[answer] = counts.get(answer, 0) + number
    return {cell: Tally(**counted) for cell, counted in cells.items()}


def _counted_as(answer: object) -> list[str]:
    """The keys under which a stored answer is counted; who chose several items is counted as having answered as well."""
    return [*map(str, answer), ANSWERED] if isinstance(answer, list) else [str(answer)]
