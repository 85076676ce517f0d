"""`call`: runs another process (section 4.7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

from waystation.compiler.arguments import check_call
from waystation.compiler.kinds import Exit, Kind, Outcomes
from waystation.compiler.lowering import ANY, NodeLowering
from waystation.compiler.node_shapes import NodeShape
from waystation.compiler.shapes import Arguments, JsonValue, NameText, about, choice_of
from waystation.contracts.catalog import Card
from waystation.contracts.params import CallParams
from waystation.expressions import Type, type_of_schema

CARD = Card("调用流程", "Call", "运行另一个流程。", "Runs another process.", "link", "flow")


def _version(value: Any) -> str:
    """`latest`, or the number of a version, kept as text."""
    numbered = str(value).isdecimal() and int(value) > 0 if type(value) in (int, str) else False
    if value != "latest" and not numbered:
        raise choice_of(("latest", "1", "2"), str(value))
    return str(value)


Version = Annotated[
    str,
    BeforeValidator(_version),
    WithJsonSchema({"anyOf": [{"const": "latest"}, {"type": "integer", "minimum": 1}]}),
]


class CallConfig(NodeShape):
    """The process and what it starts with."""

    process: NameText = about("流程。", "The process.")
    version: Version = about("版本：latest 或版本号。", "The version: latest, or its number.", default="latest")
    args: Arguments = about("其发起数据。", "The data it starts with.", default={}, alias="with")
    key: JsonValue = about("业务键。", "Its business key.", default=None)
    wait: bool = about("是否等待其结束。", "Whether to wait for its end.", default=True)


class Call(Kind[CallConfig]):
    name = "call"
    card = CARD
    Config = CallConfig
    params = CallParams
    exit = Exit.OUTCOMES

    def lower(self, config: CallConfig, lowering: NodeLowering) -> CallParams:
        typed = {name: lowering.typed_value(raw, "with", name) for name, raw in config.args.items()}
        signature = lowering.compilation.signature(config.process, (*lowering.path, "process"), lowering.address)
        if signature is not None:
            check_call(
                lowering, config.process, signature, {name: found for name, (_, found) in typed.items()}, ("with",)
            )
        args = {name: value for name, (value, _) in typed.items()}
        return CallParams(config.process, config.version, args, lowering.value(config.key, "key"), config.wait)

    def outcomes(self, config: CallConfig, lowering: NodeLowering) -> Outcomes:
        """Those of the called process, where it is known; without waiting it is always `done`."""
        if not config.wait:
            return Outcomes()
        signature = (lowering.compilation.library.processes or {}).get(config.process)
        return Outcomes(signature.outcomes, also=("done",)) if signature is not None else Outcomes(None)

    def names_in_save(self, config: CallConfig, lowering: NodeLowering) -> Mapping[str, Type]:
        signature = (lowering.compilation.library.processes or {}).get(config.process)
        if signature is None:
            return {"result": ANY, "outcome": Type("string")}
        fields = {name: type_of_schema(schema) for name, schema in signature.data.items()}
        return {"result": Type.object_of(fields), "outcome": Type("string")}


KIND = Call()
