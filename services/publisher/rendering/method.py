"""What the page says about how the figures were made, and what they do not tell. A sentence for each thing that is known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from services.publisher.rendering.language import Language
from shared.domain.results import GroupResult, Results, Shown
from shared.domain.survey import Scale, Survey


def rule(name: str, language: Language) -> str:
    """The name of an aggregation rule in words."""
    return language.word_or(f"rules.{name}", name)


def notes(results: Results, survey: Survey, language: Language) -> tuple[str, ...]:
    """The notes under the results, in the order in which a reader needs them."""
    method = results.method
    aggregation = str(method.get("aggregation", survey.method.aggregation.value))
    said = [
        *_satisfied(survey, language),
        language.word(
            "method.aggregation",
            rule=rule(aggregation, language),
            text=language.word_or(f"rule_texts.{aggregation}", ""),
        ),
        *_intervals(results, survey, language),
    ]
    for group in results.groups:
        said.extend(_group(group, language))
    said += [
        language.word("method.min_answered", share=language.whole_percent(100 * survey.method.min_answered)),
        language.word("method.min_base", number=language.number(survey.method.min_base)),
        language.word("method.rounding"),
    ]
    return tuple(said)


def _satisfied(survey: Survey, language: Language) -> Iterable[str]:
    """One sentence for each scale in use: which answers count as satisfied."""
    scales = {group.questionnaire.scale.id: group.questionnaire.scale for group in survey.groups}
    for scale in scales.values():
        yield language.word("method.satisfied", levels=satisfied_levels(scale, language))


def satisfied_levels(scale: Scale, language: Language) -> str:
    """The levels that count as satisfied, quoted and joined: "Hài lòng" hoặc "Rất hài lòng"."""
    quoted = [f"“{language.pick(level.text)}”" for level in scale.levels if level.satisfied]
    return language.words["format.or"].join(quoted)


def _intervals(results: Results, survey: Survey, language: Language) -> Iterator[str]:
    """What a confidence interval is, said only where one is shown."""
    cells = [cell for group in results.groups for cell in (group.overall, *(factor.cell for factor in group.factors))]
    if not any(isinstance(cell, Shown) and cell.kind == "interval" for cell in cells):
        return
    confidence = 100 * float(results.method.get("confidence", survey.method.confidence))
    yield language.word("method.confidence", confidence=language.whole_percent(confidence), times=language.number(confidence))
    yield language.word("method.quota")


def _group(group: GroupResult, language: Language) -> Iterator[str]:
    title = language.pick(group.title)
    if group.population is not None:
        yield language.word("method.population", group=title, number=language.number(group.population))
    if group.uncovered and group.ballots:
        strata = {stratum.id: language.pick(stratum.title) for stratum in group.strata}
        yield language.word("method.uncovered", group=title, strata=", ".join(strata[id_] for id_ in group.uncovered))
    if isinstance(group.overall, Shown) and group.overall.kind == "interval":
        yield language.word("method.weighted" if group.weighted else "method.unweighted", group=title)
