"""Rule packs: ratings that a legal text defines, each by itself, dated, and with a word on whether its text was checked.

They are no part of the satisfaction index and nothing of the index goes into them. `docs/ratings.md` says what each computes.
"""

from __future__ import annotations

from shared.domain.rulepacks import qd766, tt01
from shared.domain.rulepacks.pack import RulePack, Verified

PACKS: dict[str, RulePack] = {pack.id: pack for pack in (tt01.PACK, qd766.PACK)}
"""All packs by id."""

__all__ = ["PACKS", "RulePack", "Verified", "qd766", "tt01"]
