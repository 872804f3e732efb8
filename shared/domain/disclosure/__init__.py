"""Disclosure control: what may be shown so that nobody's answers are given away.

`protect` is the gate for everything published, `ledger_of` reads what was published before, `running` and `move` pace
the figures that people see while a survey is open.
"""

from shared.domain.disclosure.cells import Decision, Figure, Place
from shared.domain.disclosure.gate import Protected, ReleaseRefused, protect
from shared.domain.disclosure.ledger import Published, ledger_of
from shared.domain.disclosure.running import Counted, Looks, Move, Pace, after, may_reveal, move, running, running_figure

__all__ = [
    "Counted",
    "Decision",
    "Figure",
    "Looks",
    "Move",
    "Pace",
    "Place",
    "Protected",
    "Published",
    "ReleaseRefused",
    "after",
    "ledger_of",
    "may_reveal",
    "move",
    "protect",
    "running",
    "running_figure",
]
