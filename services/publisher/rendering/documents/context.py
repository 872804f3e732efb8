"""What every part of a document needs at hand: the edition, the survey's plan, and the language."""

from __future__ import annotations

from dataclasses import dataclass

from services.publisher.rendering.edition import Edition
from services.publisher.rendering.language import Language
from shared.domain.results import GroupResult
from shared.domain.survey import Group, Survey


@dataclass(frozen=True, slots=True)
class Context:
    edition: Edition
    survey: Survey
    reader: Language

    @property
    def groups(self) -> tuple[GroupResult, ...]:
        return self.edition.results.groups

    @property
    def confidence(self) -> float:
        """The confidence of all intervals, as a share."""
        return float(self.edition.results.method.get("confidence", self.survey.method.confidence))

    @property
    def confidence_said(self) -> str:
        return self.reader.whole_percent(100 * self.confidence)

    def label(self, number: int) -> str:
        """What a group is called once it has been introduced; `number` counts from 0."""
        if len(self.groups) == 1:
            return self.title(self.groups[0])
        return self.reader.word("form.group", number=number + 1)

    def title(self, group: GroupResult) -> str:
        return self.reader.pick(group.title)

    def introduced(self, number: int) -> str:
        """The group with its label, where there are several."""
        title = self.title(self.groups[number])
        if len(self.groups) == 1:
            return title
        return self.reader.word("notice.whom_group", label=self.label(number), group=title)

    def plan(self, group: GroupResult) -> Group:
        return self.survey.group(group.id)
