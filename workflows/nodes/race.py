"""`race`: the first of several waits wins, the others are withdrawn."""

from __future__ import annotations

from typing import Any

from waystation.compiler.kinds import Inside, Kind
from waystation.compiler.lowering import NodeLowering
from waystation.compiler.node_shapes import NodeShape
from waystation.compiler.shapes import about
from waystation.contracts.catalog import Card
from waystation.contracts.params import NoParams

CARD = Card("竞速", "Race", "最先完成的等待胜出。", "The first of several waits wins.", "flag", "time")

#: Kinds that may stand in a race.
WAITS = ("receive", "wait", "task")


class RaceConfig(NodeShape):
    """The alternatives by name."""

    of: dict[str, Any] = about("各个等待。", "The waits by name.", min_length=1)


class Race(Kind[RaceConfig]):
    name = "race"
    card = CARD
    Config = RaceConfig
    params = NoParams

    def lower(self, config: RaceConfig, lowering: NodeLowering) -> NoParams:
        for name, member in lowering.members().items():
            if member.kind is not None and member.kind.name not in WAITS:
                lowering.report(
                    "unknown_kind", "of", name, "kind", variant="race", known=list(WAITS), name=member.kind.name
                )
        return NoParams()

    def inside(self, config: RaceConfig) -> Inside:
        return Inside(config.of, ("of",), free=True)


KIND = Race()
