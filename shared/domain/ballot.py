"""A ballot: one respondent's answers, checked against the survey, and the receipt that commits to them.

`check` turns what a client sent into a `Ballot` or says, field by field, what is wrong. A ballot never changes once it is
accepted, so everything derived from it (canonical form, digest, receipt) is a function of it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from shared.domain.survey import (
    NO_OPINION,
    Channel,
    Condition,
    Group,
    Question,
    Questionnaire,
    Survey,
)

Answer = int | str | tuple[str, ...]
"""A level for what is rated, a choice's id for one choice, choice ids in plan order for several."""

Answers = Mapping[str, Answer]

COMMENT_LIMIT = 2_000
"""Characters that a comment may have."""


class UnknownStratum(LookupError):
    """The survey has no stratum of that id."""


class InvalidBallot(ValueError):
    """The answers are not of the questionnaire. `errors` maps a field's name to what is wrong with it."""

    def __init__(self, errors: Mapping[str, list[str]]) -> None:
        super().__init__("the answers are not of the questionnaire")
        self.errors = errors


@dataclass(frozen=True, slots=True)
class Submission:
    """What a client sent, parsed but not yet checked against the survey."""

    id: UUID
    stratum: str
    channel: Channel
    language: str
    questionnaire: int
    answers: Mapping[str, object]
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Ballot:
    """One respondent's answers. `counted` is False for a surplus ballot, kept but outside the figures.

    `comment_digest`, in hex, stands in the place of a comment whose text was destroyed when its time was over.
    """

    id: UUID
    survey: str
    group: str
    stratum: str
    channel: Channel
    language: str
    questionnaire: int
    answers: Answers
    comment: str | None = None
    counted: bool = True
    comment_digest: str | None = None


def check(submission: Submission, survey: Survey) -> Ballot:
    """The ballot that `submission` is in `survey`.

    Answers that a filter rules out become `NO_OPINION` where they were left out or so given; texts become NFC.
    Raises UnknownStratum, or InvalidBallot with a message for every wrong field.
    """
    if submission.stratum not in survey.strata:
        raise UnknownStratum(submission.stratum)
    group, stratum = survey.strata[submission.stratum]
    questionnaire = group.questionnaire
    errors = _envelope_errors(submission, survey, questionnaire)
    answers, answer_errors = _checked_answers(submission.answers, questionnaire)
    errors.update(answer_errors)
    if errors:
        raise InvalidBallot(errors)
    comment = unicodedata.normalize("NFC", submission.comment).strip() if submission.comment else None
    return Ballot(
        id=submission.id,
        survey=survey.id,
        group=group.id,
        stratum=stratum.id,
        channel=submission.channel,
        language=submission.language,
        questionnaire=submission.questionnaire,
        answers=answers,
        comment=comment or None,
    )


def _envelope_errors(submission: Submission, survey: Survey, questionnaire: Questionnaire) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    if submission.language not in survey.languages:
        errors["language"] = [f"must be one of: {', '.join(survey.languages)}"]
    if submission.questionnaire != questionnaire.version:
        errors["questionnaire"] = [f"this stratum is asked version {questionnaire.version}"]
    if submission.comment:
        if questionnaire.comment is None:
            errors["comment"] = ["this questionnaire has no open question"]
        elif len(submission.comment) > COMMENT_LIMIT:
            errors["comment"] = [f"at most {COMMENT_LIMIT} characters"]
    return errors


def _checked_answers(
    given: Mapping[str, object], questionnaire: Questionnaire
) -> tuple[dict[str, Answer], dict[str, list[str]]]:
    answers: dict[str, Answer] = {}
    errors: dict[str, list[str]] = {}
    values, rated, questions = questionnaire.scale.values, questionnaire.rated, questionnaire.questions
    for question_id, answer in given.items():
        if question_id in rated:
            # bool is an int in Python, but `true` is no level.
            if type(answer) is int and answer in values:
                answers[question_id] = answer
            else:
                errors[f"answers.{question_id}"] = [f"must be one of: {', '.join(map(str, sorted(values)))}"]
        elif question_id in questions:
            _check_choice(questions[question_id], answer, answers, errors)
        else:
            errors[f"answers.{question_id}"] = ["the questionnaire has no such question"]
    _apply_conditions(answers, questionnaire, errors)
    # In the plan's order: that of the client would tell which program sent it, and in which order it was filled in.
    answers = {id_: answers[id_] for id_ in (*rated, *questions) if id_ in answers}
    if not answers and not errors:
        errors["answers"] = ["at least one question must be answered"]
    return answers, errors


def _check_choice(question: Question, answer: object, answers: dict[str, Answer], errors: dict[str, list[str]]) -> None:
    allowed = question.choice_ids
    if question.at_most == 1:
        if isinstance(answer, str) and answer in allowed:
            answers[question.id] = answer
            return
        expected = f"must be one of: {', '.join(c.id for c in question.choices)}"
    else:
        if _is_choice_list(answer, allowed, question.at_most):
            picked = set(answer)  # type: ignore[call-overload]
            answers[question.id] = tuple(c.id for c in question.choices if c.id in picked)
            return
        expected = f"must be a list of 1 to {question.at_most} different items of: {', '.join(c.id for c in question.choices)}"
    errors[f"answers.{question.id}"] = [expected]


def _is_choice_list(answer: object, allowed: frozenset[str], at_most: int) -> bool:
    return (
        isinstance(answer, list)
        and 1 <= len(answer) <= at_most
        and all(isinstance(item, str) and item in allowed for item in answer)
        and len(set(answer)) == len(answer)
    )


def _apply_conditions(answers: dict[str, Answer], questionnaire: Questionnaire, errors: dict[str, list[str]]) -> None:
    """Hold the answers to the filters: what does not apply is `NO_OPINION` when rated, absent when chosen."""
    can_say_no_opinion = questionnaire.scale.no_opinion is not None
    for criterion in questionnaire.rated.values():
        if not _ruled_out(criterion.applies_if, answers):
            continue
        if answers.get(criterion.id, NO_OPINION) != NO_OPINION:
            errors[f"answers.{criterion.id}"] = [_not_asked(criterion.applies_if)]
        elif can_say_no_opinion:
            answers[criterion.id] = NO_OPINION
    for question in questionnaire.questions.values():
        if question.id in answers and _ruled_out(question.applies_if, answers):
            errors[f"answers.{question.id}"] = [_not_asked(question.applies_if)]


def _ruled_out(condition: Condition | None, answers: Answers) -> bool:
    if condition is None or condition.question not in answers:
        return False
    answer = answers[condition.question]
    picked = set(answer) if isinstance(answer, tuple) else {answer}
    return not picked & condition.choices


def _not_asked(condition: Condition | None) -> str:
    return f"does not apply after the answer given to {condition.question}" if condition else ""


def is_complete(answers: Answers, group: Group, min_answered: float) -> bool:
    """Whether a ballot has enough answers to count in the indices.

    It has when at least the share `min_answered` of the criteria that apply were rated. A criterion answered
    `NO_OPINION` ("no opinion / does not apply") does not apply; one that was left out does.
    """
    rated = sum(1 for c in group.questionnaire.criteria if answers.get(c.id, NO_OPINION) != NO_OPINION)
    left_out = sum(1 for c in group.questionnaire.criteria if c.id not in answers)
    return rated > 0 and rated >= min_answered * (rated + left_out)


def canonical(ballot: Ballot) -> bytes:
    """The ballot's content as canonical JSON: sorted keys, no spaces, UTF-8, NFC.

    The comment stands in it as a digest salted by the ballot's id, so that its text can be destroyed when its time is over
    and the receipt still be checked. Whether the ballot was counted is not part of its content.
    """
    content = {
        "answers": ballot.answers,
        "channel": ballot.channel.value,
        "comment": ballot.comment_digest if ballot.comment is None else comment_digest(ballot.id, ballot.comment),
        "group": ballot.group,
        "id": str(ballot.id),
        "language": ballot.language,
        "questionnaire": ballot.questionnaire,
        "stratum": ballot.stratum,
        "survey": ballot.survey,
    }
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def comment_digest(ballot_id: UUID, comment: str) -> str:
    """What stands for a comment in the canonical form: SHA-256 over the ballot's id and the text, in hex."""
    return hashlib.sha256(ballot_id.bytes + comment.encode()).hexdigest()


def digest(ballot: Ballot) -> bytes:
    """SHA-256 of the canonical form. The random id in it keeps the answers from being guessed."""
    return hashlib.sha256(canonical(ballot)).digest()


RECEIPT_BITS = 100
_CROCKFORD = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "0123456789ABCDEFGHJKMNPQRSTVWXYZ")


def receipt(ballot_digest: bytes) -> str:
    """The code that a respondent keeps: the digest's first 100 bits in Crockford's base 32, as XXXX-XXXX-XXXX-XXXX-XXXX."""
    code = base64.b32encode(ballot_digest[:15]).decode().translate(_CROCKFORD)[: RECEIPT_BITS // 5]
    return "-".join(code[i : i + 4] for i in range(0, len(code), 4))
