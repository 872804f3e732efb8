"""When what leads to people may be destroyed: free text, invitations, contacts."""

from __future__ import annotations

from datetime import datetime

from shared.domain.survey import State, Survey


def may_be_destroyed(survey: Survey, state: State, now: datetime, *, early: bool = False) -> str | None:
    """Why it may not be destroyed at `now`, in words; None where it may.

    Nothing is destroyed of a survey that is not published: its ballots are still to be looked after, whatever the plan's date.
    A person may decide to do it `early`.
    """
    if state is not State.PUBLISHED:
        return f"it is {state.value}; free text, invitations and contacts are destroyed of a published survey only"
    if early:
        return None
    if survey.retain_until is None:
        return "the plan sets no date (retain_until); to do it nevertheless add --now"
    if now < survey.retain_until:
        return f"the plan keeps them until {survey.retain_until:%Y-%m-%d %H:%M}; to do it before add --now"
    return None
