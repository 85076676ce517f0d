"""`foreach`: a body once per item (section 4.5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from waystation.compiler.kinds import Inside, Kind
from waystation.compiler.lowering import ANY, NUMBER, NodeLowering
from waystation.compiler.needs import Need, lower_need
from waystation.compiler.node_shapes import BodyShape, NodeShape
from waystation.compiler.shapes import FieldName, JsonValue, NumberValue, Save, about
from waystation.contracts.catalog import Card
from waystation.contracts.params import ForeachParams
from waystation.expressions import Type

CARD = Card("逐项", "For each", "对每一项执行一遍子图。", "Runs a body once per item.", "repeat", "flow")

INDEX = Type("int")
LOCAL = Type.map_of(ANY)


class ForeachConfig(NodeShape):
    """The items, how they are run, and their graph."""

    items: JsonValue = about("各项。", "The items.")
    as_name: FieldName = about("项的名称。", "What an item is called.", default="item", alias="as")
    mode: Literal["parallel", "sequence"] = about(
        "并行或依次。", "All at once or one after another.", default="parallel"
    )
    limit: NumberValue = about("同时最多几项。", "How many at once.", default=None)
    need: Need = about("需要多少项。", "How many are needed.", default="all")
    rest: Literal["keep", "cancel"] = about("其余项。", "What becomes of the rest.", default="keep")
    body: BodyShape = about("子图。", "The graph for each item.")
    collect: Save = about("由 results 汇总的数据。", "Data made from `results`.", default={})


class Foreach(Kind[ForeachConfig]):
    name = "foreach"
    card = CARD
    Config = ForeachConfig
    params = ForeachParams
    has_items = True

    def lower(self, config: ForeachConfig, lowering: NodeLowering) -> ForeachParams:
        items, found = lowering.typed_value(config.items, "items")
        if found.kind not in ("any", "list", "map", "object"):
            lowering.report("bad_type", "items", expected="items")
        return ForeachParams(
            items=items,
            as_name=config.as_name,
            mode=config.mode,
            limit=lowering.value(config.limit, "limit", wanted=NUMBER) if config.limit is not None else None,
            need=lower_need(config.need, lowering, words=("all", "any")),
            rest=config.rest,
            collect=lowering.collect(config.collect, {"results": Type.list_of(LOCAL)}),
        )

    def inside(self, config: ForeachConfig) -> Inside:
        return Inside(config.body.nodes, ("body", "nodes"), config.body.at, ("body", "at"))

    def names_inside(self, config: ForeachConfig, lowering: NodeLowering) -> Mapping[str, Type]:
        item = lowering.type_of(config.items).element
        return {"item": item, config.as_name: item, "index": INDEX, "local": LOCAL}


KIND = Foreach()
