"""The people side of one human node: who is asked, who may do what, what it amounts to. Plain data and pure rules.

`convene` makes a panel from a resolution; `check` then `perform` carry out a command; `verdict` tells the result;
`answerers` and `viewers` tell whose task it is. The rules are those of docs/approvals.md.
"""

from workflows.panel.checks import check
from workflows.panel.context import VerbContext
from workflows.panel.counting import verdict
from workflows.panel.model import Answer, Chair, Change, Panel, PanelSettings
from workflows.panel.record import agreed, answered_by, answers_of, fingerprint, revise
from workflows.panel.seating import (
    convene,
    deserted,
    enlarge,
    has_previous,
    keep_answers,
    replace,
    reseat,
    step_back,
    withdraw_others,
)
from workflows.panel.turns import answerers, viewers
from workflows.panel.verbs import perform

__all__ = [
    "Answer",
    "Chair",
    "Change",
    "Panel",
    "PanelSettings",
    "VerbContext",
    "agreed",
    "answered_by",
    "answerers",
    "answers_of",
    "check",
    "convene",
    "deserted",
    "enlarge",
    "fingerprint",
    "has_previous",
    "keep_answers",
    "perform",
    "replace",
    "reseat",
    "revise",
    "step_back",
    "verdict",
    "viewers",
    "withdraw_others",
]
