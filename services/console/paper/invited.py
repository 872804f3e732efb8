"""Invitation codes for ballots on paper: slips that came in envelopes of their own are dealt to the ballots by chance.

A code admits a ballot and must lead to none. So nobody enters which sheet came with which slip; any unspent code of the stratum
does for any sheet of it.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from services.console.paper.entry import Entered
from services.console.paper.serial import Serial
from shared.domain.acceptance import Invitation
from shared.domain.survey import Admission, Survey
from shared.domain.token import token_digest


class TooFewCodes(ValueError):
    """There are not as many unspent codes as ballots that need one; the message says for which strata."""


def in_need(entered: Iterable[Entered], survey: Survey) -> list[Entered]:
    """The ballots whose stratum takes only what comes with an invitation."""
    return [each for each in entered if survey.strata[each.ballot.stratum][1].admission is Admission.INVITED]


def deal(
    needing: Sequence[Entered], codes: Sequence[str], known: Mapping[bytes, Invitation], survey_id: str, chance: random.Random
) -> dict[Serial, str]:
    """A code for each ballot, by chance. `known` are the invitations of the codes' digests. Raises TooFewCodes."""
    unspent: dict[str, list[str]] = defaultdict(list)
    for code in dict.fromkeys(codes):
        invitation = known.get(token_digest(code))
        if invitation is not None and invitation.survey == survey_id and not invitation.spent:
            unspent[invitation.stratum].append(code)
    for of_stratum in unspent.values():
        chance.shuffle(of_stratum)
    wanted: dict[str, list[Serial]] = defaultdict(list)
    for each in needing:
        wanted[each.ballot.stratum].append(each.serial)
    short = [
        f"{len(serials)} sheets of {stratum} need a code each, and there are {len(unspent[stratum])} unspent ones"
        for stratum, serials in wanted.items()
        if len(serials) > len(unspent[stratum])
    ]
    if short:
        raise TooFewCodes("; ".join(short))
    return {
        serial: code for stratum, serials in wanted.items() for serial, code in zip(serials, unspent[stratum], strict=False)
    }
