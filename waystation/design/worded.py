"""A process described in words, drafted by a language model: what the model is asked, and the text in its answer.

Nothing here reaches out, and nothing that the model says is believed: its text goes through the compiler like any
other, and what is wrong is told to it once or twice more.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from waystation.contracts.catalog import Catalog
from waystation.contracts.problems import Problem
from waystation.design.gallery import template

#: Problems that the model is told at once, and names of actions and roles that it is offered.
_MOST_PROBLEMS, _MOST_NAMES = 20, 120
_EXAMPLES = ("leave", "expense")
_FENCE = re.compile(r"```(?:ya?ml)?[ \t]*\n(.*?)```", re.DOTALL)
_GUIDE = """\
You write business processes for Waystation as one YAML document and nothing else: no prose, one ```yaml fence.
Rules:
- Top keys: waystation: 1, process (id of small letters, digits, underscores), title {zh, en}, description, family
  (ticket, approval, fulfilment, visit, settlement, campaign), data, required, start {form}, title_of_case, forms,
  nodes.
- Texts for people are {zh: …, en: …}. Node ids are small letters and underscores.
- data: name -> JSON Schema with title; money is {format: money}.
- forms: name -> {title, fields: {name: schema}, layout}. A field of a form is kept as data of the same name.
- nodes: id -> {kind, title, …, next}. `next` of an approval is {approved: node, rejected: node}; of a task
  {done: node} or a node; of a choice a list of {when: "${ data.x > 3 }", to: node} ending in {to: node} without `when`.
  `end` as a target ends the process; {kind: end, outcome: granted} names how it ends.
- approvers and assign are lists: "role:x", {manager_of: initiator}, {field: name}, "initiator". Name no single person.
- deadline: {in: 1 workdays, steps: [{at: "100%", mark: breached, remind: {every: 4h, times: 3}}]} or 2d.
- Use only the kinds, actions and roles listed. What the description does not say, choose as a careful clerk would.
"""


def ask(words: str, catalog: Catalog, roles: Iterable[str]) -> list[dict[str, str]]:
    """The conversation that asks for a process; of the tenant only the names of its roles go out."""
    kinds = "\n".join(f"- {name}: {spec.card.about_en}" for name, spec in sorted(catalog.kinds.items()))
    actions = "\n".join(
        f"- {name}: {spec.card.title_en}" for name, spec in sorted(catalog.actions.items())[:_MOST_NAMES]
    )
    examples = "\n\n".join(f"Example:\n```yaml\n{template(name).text}```" for name in _EXAMPLES)
    known = ", ".join(sorted(roles)[:_MOST_NAMES])
    system = f"{_GUIDE}\nKinds:\n{kinds}\n\nActions (kind: action, do: …):\n{actions}\n\nRoles: {known}\n\n{examples}"
    return [{"role": "system", "content": system}, {"role": "user", "content": words}]


def again(answer: str, problems: Sequence[Problem]) -> list[dict[str, str]]:
    """What the conversation goes on with, when the text does not compile."""
    said = "\n".join(f"line {each.place.line}: {each.code}: {each.en}" for each in problems[:_MOST_PROBLEMS])
    wish = f"The compiler refuses it:\n{said}\nSend the whole document again, mended, in one ```yaml fence."
    return [{"role": "assistant", "content": answer}, {"role": "user", "content": wish}]


def content_of(answer: Any) -> str:
    """What the model said, of an answer in OpenAI's form; empty where it is none."""
    choices = answer.get("choices") if isinstance(answer, Mapping) else None
    first = choices[0] if isinstance(choices, list) and choices else None
    message = first.get("message") if isinstance(first, Mapping) else None
    content = message.get("content") if isinstance(message, Mapping) else None
    return content if isinstance(content, str) else ""


def text_in(content: str) -> str:
    """The YAML of an answer: what stands in its first fence, else all of it."""
    found = _FENCE.search(content)
    return (found[1] if found else content).strip() + "\n"
