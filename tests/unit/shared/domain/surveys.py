"""A survey, and ballots for it by chance, for tests of the domain."""

from __future__ import annotations

from uuid import UUID

from hypothesis import strategies as st

from shared import plan
from shared.domain.ballot import Submission
from shared.domain.survey import Channel, Survey
from tests import plans

SURVEY: Survey = plan.parse(plans.small("trial"))

ratings = st.dictionaries(st.sampled_from(["C1", "C2", "Q"]), st.integers(0, 5), min_size=1)
wishes = st.lists(st.sampled_from(["faster", "kinder", "nearer", "other"]), min_size=1, max_size=2, unique=True)


@st.composite
def answers(draw: st.DrawFn) -> dict[str, object]:
    """Answers that fit the questionnaire."""
    given: dict[str, object] = dict(draw(ratings))
    if draw(st.booleans()):
        given["wish"] = draw(wishes)
    asked = draw(st.sampled_from(["yes", "no", None]))
    if asked is not None:
        given["asked"] = asked
    if asked != "no" and draw(st.booleans()):
        given["C3"] = draw(st.integers(0, 5))
    return given


ids = st.integers(0, 2**128 - 1).map(lambda number: UUID(int=number, version=4))

submissions = st.builds(
    Submission,
    id=ids,
    stratum=st.sampled_from(["desk", "online"]),
    channel=st.sampled_from(Channel),
    language=st.sampled_from(["vi", "en"]),
    questionnaire=st.just(1),
    answers=answers(),
    comment=st.none() | st.text(max_size=40),
)
