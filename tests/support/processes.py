"""Processes that several tests run."""

#: An action for each item, in a body of its own; the numbers that the items are come together as `total`.
EACH_DOES = """
data: { items: { type: array }, total: { type: integer } }
nodes:
  each:
    kind: foreach
    items: "${ data.items }"
    as: one
    body: { at: do, nodes: { do: { kind: action, do: x.do, save: { local.n: "${ one }" }, next: end } } }
    collect: { total: "${ sum(results.map(r, r.n)) }" }
    next: end
"""
