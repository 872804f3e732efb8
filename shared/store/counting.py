"""Counting a survey's ballots by the server itself: a second count by other code than the first, which has to give the same
tallies.

It counts what is stored and knows nothing of digests: whether a ballot is the one that was accepted is the first count's to
say.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import ceil
from typing import Any
from uuid import UUID

from shared.domain.survey import Channel, Group, Survey
from shared.domain.tally import ANSWERED, Cell, Tally, merge_cells
from shared.store.connection import PATIENCE, Db, answering

Expression = Mapping[str, Any]

STRATA = 20
"""Strata of one pass over the ballots: what is found has to fit into one document of 16 MB."""

BALLOTS = 50_000
"""Ballots of one pass, about: the embedded server holds what a stage gives in memory, twenty kilobytes for each."""

TOTALS, OTHERS = "_totals", "_others"
"""What is found besides the answers to each question: kinds of ballots, and answers to questions that the survey has not."""

_KEPT = {"stratum": 1, "channel": 1, "surplus": 1}
_CELL = {"stratum": "$stratum", "channel": "$channel"}
_AGAIN = {"stratum": "$_id.stratum", "channel": "$_id.channel", "question": "$_id.question", "answer": "$answer"}
_SEVERAL = {"$cond": [{"$isArray": "$_id.answer"}, {"$concatArrays": ["$_id.answer", [ANSWERED]]}, ["$_id.answer"]]}
_ONE_BY_ONE: list[dict[str, Any]] = [
    {"$match": {"_id.answer": {"$exists": True}}},
    {"$project": {"n": 1, "answer": _SEVERAL}},
    {"$unwind": "$answer"},
    {"$group": {"_id": _AGAIN, "n": {"$sum": "$n"}}},
]
"""From ballots by their whole answer to ballots by each item; who chose several is counted as having answered as well."""


def count(db: Db, survey: Survey) -> dict[Cell, Tally]:
    """The tallies of all stored ballots of the survey's strata. Raises StoreUnavailable."""
    strata = list(survey.strata)
    portions = [strata[start : start + STRATA] for start in range(0, len(strata), STRATA)]
    with answering(PATIENCE):
        slices = list(_slices(ceil(db.ballots.estimated_document_count() / BALLOTS)))
        parts = [
            _tallies(found)
            for portion in portions
            for ids in slices
            for found in db.ballots.aggregate(_pipeline(survey, portion, ids))
        ]
    return {cell: tally for cell, tally in merge_cells(parts).items() if tally.scored}


def _slices(number: int) -> Iterator[Expression]:
    """What matches each of `number` parts of all ballots: ids are drawn by chance, so that equal ranges hold about as many."""
    bounds = [UUID(int=part * 2**128 // number) for part in range(1, number)]
    for low, high in zip([None, *bounds], [*bounds, None], strict=True):
        within = {operator: bound for operator, bound in (("$gte", low), ("$lt", high)) if bound is not None}
        yield {"_id": within} if within else {}


def _pipeline(survey: Survey, strata: Sequence[str], ids: Expression) -> list[dict[str, Any]]:
    """One pass: ballots are grouped anew for each question, by the answer as it is stored.

    Only what is grouped is unwound, so that memory does not grow with the answers. Ballots are not picked one by one: the
    embedded server would compare each of them with every id.
    """
    groups = [group for group in survey.groups if any(stratum.id in strata for stratum in group.strata)]
    return [
        {"$match": {**ids, "survey": survey.id, "stratum": {"$in": list(strata)}}},
        *_judged(groups, survey.method.min_answered),
        {"$facet": _facets(groups)},
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


def _facets(groups: Sequence[Group]) -> dict[str, list[dict[str, Any]]]:
    """What is counted of each ballot: its answer to every question, what else it answered, and which kind it is of."""
    questions = sorted({id_ for group in groups for id_ in (*group.questionnaire.rated, *group.questionnaire.questions)})
    facets = {id_: [_grouped(question={"$literal": id_}, answer=f"$answers.{id_}"), *_ONE_BY_ONE] for id_ in questions}
    facets[OTHERS] = [
        {"$project": {f"answers.{id_}": 0 for id_ in questions}},
        {"$match": {"answers": {"$ne": {}}}},
        {"$project": {"stratum": 1, "channel": 1, "given": {"$objectToArray": "$answers"}}},
        {"$unwind": "$given"},
        _grouped(question="$given.k", answer="$given.v"),
        *_ONE_BY_ONE,
    ]
    facets[TOTALS] = [_grouped(surplus="$surplus", complete="$complete")]
    return facets


def _grouped(**by: Any) -> dict[str, Any]:
    return {"$group": {"_id": {**_CELL, **by}, "n": {"$sum": 1}}}


def _tallies(found: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[Cell, Tally]:
    cells: dict[Cell, dict[str, Any]] = {}
    for facet, groups in found.items():
        for each in groups:
            of, number = each["_id"], each["n"]
            key = Cell(of["stratum"], Channel(of["channel"]))
            cell = cells.setdefault(key, {"counted": 0, "incomplete": 0, "surplus": 0, "counts": {}})
            if facet == TOTALS:
                surplus = of.get("surplus")
                cell["surplus" if surplus else "counted"] += number
                cell["incomplete"] += 0 if surplus or of["complete"] else number
            else:
                cell["counts"].setdefault(of["question"], {})[str(of["answer"])] = number
    return {cell: Tally(**counted) for cell, counted in cells.items()}
