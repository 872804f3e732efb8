"""Counting a survey's ballots by the server itself: a second count by other code than the first, which has to give the same
tallies.

It counts what is stored and knows nothing of digests: whether a ballot is the one that was accepted is the first count's to
say.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import Any

from shared.domain.survey import NO_OPINION, Channel, Group, Survey
from shared.domain.tally import ANSWERED, Cell, Tally, merge_cells
from shared.store.connection import PATIENCE, Db, answering

PART = 500
"""Ballots of one aggregation: unwound into answers they have to find room in the server's memory, and the embedded server
compares each of them with each id that is asked for."""


def count(db: Db, survey: Survey) -> dict[Cell, Tally]:
    """The tallies of all stored ballots of the survey's strata. Raises StoreUnavailable."""
    parts = []
    with answering(PATIENCE):
        ids = (document["_id"] for document in db.ballots.find({"survey": survey.id}, {"_id": 1}, batch_size=PART))
        while part := list(islice(ids, PART)):
            for group in survey.groups:
                wanted = {"_id": {"$in": part}, "stratum": {"$in": [stratum.id for stratum in group.strata]}}
                parts.append(_count(db, wanted, group, survey.method.min_answered))
    return {cell: tally for cell, tally in merge_cells(parts).items() if tally.scored}


def _count(db: Db, wanted: Mapping[str, Any], group: Group, min_answered: float) -> dict[Cell, Tally]:
    cells: dict[Cell, dict[str, Any]] = {}
    for found in db.ballots.aggregate([{"$match": wanted}, *_sorted(group, min_answered), _TOTALS]):
        cell = _cell(cells, found["_id"])
        cell["surplus" if found["_id"]["surplus"] else "counted"] += found["n"]
        cell["incomplete"] += 0 if found["_id"]["surplus"] or found["_id"]["complete"] else found["n"]
    for found in db.ballots.aggregate([{"$match": wanted}, *_sorted(group, min_answered), *_ANSWERS]):
        answer = found["_id"]
        _cell(cells, answer)["counts"].setdefault(answer["question"], {})[str(answer["answer"])] = found["n"]
    return {cell: Tally(**counted) for cell, counted in cells.items()}


def _cell(cells: dict[Cell, dict[str, Any]], found: Mapping[str, Any]) -> dict[str, Any]:
    key = Cell(found["stratum"], Channel(found["channel"]))
    return cells.setdefault(key, {"counted": 0, "incomplete": 0, "surplus": 0, "counts": {}})


def _sorted(group: Group, min_answered: float) -> list[dict[str, Any]]:
    """Each ballot with whether it is complete: `shared.domain.ballot.is_complete` in the server's words."""
    criteria = [{"$ifNull": [f"$answers.{criterion.id}", None]} for criterion in group.questionnaire.criteria]
    rated = {"$size": {"$filter": {"input": criteria, "cond": {"$gt": ["$$this", NO_OPINION]}}}}
    blank = {"$size": {"$filter": {"input": criteria, "cond": {"$eq": ["$$this", None]}}}}
    enough = {"$gte": ["$rated", {"$multiply": [min_answered, {"$add": ["$rated", "$blank"]}]}]}
    kept = {"stratum": 1, "channel": 1, "surplus": 1, "answers": 1}
    return [
        {"$project": {**kept, "rated": rated, "blank": blank}},
        {"$project": {**kept, "complete": {"$and": [{"$gt": ["$rated", 0]}, enough]}}},
    ]


_TOTALS: dict[str, Any] = {
    "$group": {
        "_id": {"stratum": "$stratum", "channel": "$channel", "surplus": "$surplus", "complete": "$complete"},
        "n": {"$sum": 1},
    }
}

_SEVERAL = {"$cond": [{"$isArray": "$given.v"}, {"$concatArrays": ["$given.v", [ANSWERED]]}, ["$given.v"]]}

_ANSWERS: list[dict[str, Any]] = [
    {"$match": {"surplus": False, "complete": True}},
    {"$project": {"stratum": 1, "channel": 1, "given": {"$objectToArray": "$answers"}}},
    {"$unwind": "$given"},
    {"$project": {"stratum": 1, "channel": 1, "question": "$given.k", "answer": _SEVERAL}},
    {"$unwind": "$answer"},
    {
        "$group": {
            "_id": {"stratum": "$stratum", "channel": "$channel", "question": "$question", "answer": "$answer"},
            "n": {"$sum": 1},
        }
    },
]
"""The answers of counted, complete ballots; who chose several items is counted as having answered as well."""
