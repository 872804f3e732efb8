from dataclasses import replace

from services.publisher.rendering.language import language
from services.publisher.rendering.method import notes, rule
from shared.domain.results import Shown
from tests.unit.services.publisher.example import bentre, results_of

RESULTS = results_of(bentre())
CENSUS_ONLY = replace(RESULTS, groups=RESULTS.groups[:1])


def test_the_notes_say_which_answers_count_as_satisfied() -> None:
    assert "“Hài lòng” hoặc “Rất hài lòng”" in notes(RESULTS, bentre(), language("vi"))[0]


def test_the_notes_name_the_aggregation_rule() -> None:
    assert "Mean of factors" in notes(RESULTS, bentre(), language("en"))[1]


def test_confidence_is_explained_where_an_interval_is_shown() -> None:
    assert "95 times in 100" in " ".join(notes(RESULTS, bentre(), language("en")))


def test_confidence_is_not_spoken_of_where_everybody_answered() -> None:
    assert "confidence" not in " ".join(notes(CENSUS_ONLY, bentre(), language("en")))


def test_an_unweighted_sample_is_called_so() -> None:
    said = " ".join(notes(RESULTS, bentre(), language("en")))
    assert "not weighted, because the number of people or bodies in each field is not known" in said


def test_a_weighted_sample_is_called_so() -> None:
    weighted = replace(RESULTS.groups[1], weighted=True, overall=Shown(88.7, 79.2, 94.1, 60))
    said = " ".join(notes(replace(RESULTS, groups=(weighted,)), bentre(), language("en")))
    assert "fields are weighted by" in said


def test_a_stratum_without_a_ballot_is_named_as_not_covered() -> None:
    left_out = replace(RESULTS.groups[1], uncovered=("petrol",))
    said = " ".join(notes(replace(RESULTS, groups=(left_out,)), bentre(), language("en")))
    assert "no ballot with enough answers from Domestic trade" in said


def test_a_rule_that_has_no_words_yet_keeps_its_name() -> None:
    assert rule("median-of-factors", language("vi")) == "median-of-factors"
