"""Ballots and tallies as MongoDB documents, and back."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

from bson.binary import Binary

from shared.domain.ballot import Ballot
from shared.domain.survey import Channel
from shared.domain.tally import Cell, Tallies, Tally
from shared.store.connection import Document


def ballot_document(ballot: Ballot, digest: bytes, day: date) -> Document:
    """What is kept of a ballot: its answers and the day, and nothing that leads to a person, a device or a moment."""
    document: Document = {
        "_id": ballot.id,
        "survey": ballot.survey,
        "group": ballot.group,
        "stratum": ballot.stratum,
        "channel": ballot.channel.value,
        "language": ballot.language,
        "questionnaire": ballot.questionnaire,
        "answers": {q: list(a) if isinstance(a, tuple) else a for q, a in ballot.answers.items()},
        "date": day.isoformat(),
        "digest": Binary(digest),
        "surplus": not ballot.counted,
    }
    if ballot.comment is not None:
        document["comment"] = ballot.comment
    elif ballot.comment_digest is not None:
        document["comment_digest"] = ballot.comment_digest
    return document


def ballot_from(document: Document) -> Ballot:
    """The ballot that `ballot_document` stored."""
    return Ballot(
        id=document["_id"],
        survey=document["survey"],
        group=document["group"],
        stratum=document["stratum"],
        channel=Channel(document["channel"]),
        language=document["language"],
        questionnaire=document["questionnaire"],
        answers={q: tuple(a) if isinstance(a, list) else a for q, a in document["answers"].items()},
        comment=document.get("comment"),
        counted=not document["surplus"],
        comment_digest=document.get("comment_digest"),
    )


def tallies_document(survey_id: str, tallies: Tallies) -> Document:
    """The tallies of a set of ballots as one document under a random id."""
    return {
        "_id": uuid4(),
        "survey": survey_id,
        "cells": [
            {
                "stratum": cell.stratum,
                "channel": cell.channel.value,
                "counted": tally.counted,
                "incomplete": tally.incomplete,
                "surplus": tally.surplus,
                "counts": {question: dict(counts) for question, counts in tally.counts.items()},
            }
            for cell, tally in tallies.items()
        ],
    }


def tallies_from(document: Document) -> dict[Cell, Tally]:
    """The tallies that `tallies_document` stored."""
    return {
        Cell(cell["stratum"], Channel(cell["channel"])): Tally(
            counted=cell["counted"], incomplete=cell["incomplete"], surplus=cell["surplus"], counts=cell["counts"]
        )
        for cell in document["cells"]
    }
