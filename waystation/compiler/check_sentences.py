"""The sentences of the codes that the checks of whole graphs, data and tables find; `messages` reads them too."""

from __future__ import annotations

#: Codes, and variants of codes, that are doubts.
CHECK_WARNINGS = frozenset(
    (
        *("data_race", "table_gap", "deadline_shorter_than_path", "dead_branch", "unused_field", "undo_missing"),
        *("unset/start", "unset/branch", "unset/later", "unset/beside"),
    )
)

#: code, or code/variant -> zh, en, hint zh, hint en.
CHECK_SENTENCES: dict[str, tuple[str, ...]] = {
    "unreachable": (
        "没有任何路径到达节点 {name}",
        "nothing leads to node {name}",
        "从别的节点连过来，或删除它",
        "lead to it from another node, or remove it",
    ),
    "no_path_to_end": (
        "从节点 {name} 出发无法到达任何结束",
        "no end can be reached from node {name}",
        "给它一个通往 end 的出口",
        "give it a way out that leads to end",
    ),
    "no_path_to_end/no_next": (
        "节点 {name} 没有去向",
        "node {name} leads nowhere",
        "写 next：下一个节点，或 end",
        "say next: the node after it, or end",
    ),
    "no_path_to_end/loop": (
        "节点 {names} 构成的循环没有出口",
        "there is no way out of the loop of {names}",
        "给循环一个通往 end 的出口",
        "give the loop a way out that leads to end",
    ),
    "unbounded_loop": (
        "节点 {names} 构成的循环里既没有等待、任务，也没有动作，会空转",
        "the loop of {names} holds neither a wait, a task nor an action, so it runs on without pause",
        "在循环中加入等待，或为流程设置 limits.steps",
        "put a wait into the loop, or set the limits.steps of the process",
    ),
    "deadlock": (
        "汇合 {name} 可能永远等待",
        "join {name} can wait for ever",
    ),
    "deadlock/no_fork": (
        "汇合 {name} 之前没有它要关闭的分叉，可能永远等待",
        "join {name} has no fork to close, so it can wait for ever",
        "只会到达一条分支时用 merge；否则写明 of、count: edge、count: token 或 need: reachable",
        "use merge where only one branch comes; else give of, count: edge, count: token or need: reachable",
    ),
    "deadlock/outside": (
        "汇合 {name} 要关闭分叉 {fork}，但有路径绕过 {fork} 到达它",
        "join {name} closes fork {fork}, but there is a way to it around {fork}",
        "让每条路径都经过 {fork}，或改用 need: reachable",
        "lead every way through {fork}, or use need: reachable",
    ),
    "deadlock/too_few": (
        "汇合 {name} 需要 {need} 个，但最多只会到达 {most} 个",
        "join {name} needs {need}, but at most {most} can come",
        "减小 need，或让更多分支到达这里",
        "need fewer, or lead more branches here",
    ),
    "deadlock/edges": (
        "汇合 {name} 等待每条入边各一个令牌，但来自 {missing} 的可能永远不来",
        "join {name} waits for a token over every edge, but none may ever come from {missing}",
        "互斥的分支先用 merge 合并，或改用 count: branch",
        "bring exclusive branches together in a merge first, or count: branch",
    ),
    "deadlock/crossed": (
        "汇合 {name} 等待停在 {others} 的分支，而它们互相等待",
        "join {name} waits for a branch that stays in {others}, and they wait for each other",
        "为内层分支使用自己的 fork，或让它们到同一个 join",
        "give the inner branches a fork of their own, or lead all branches to one join",
    ),
    "lost_token": (
        "汇合 {name} 按数量等待，但以 {branches} 开始的分支可能不经过它就结束",
        "join {name} counts what comes, but the branch that begins with {branches} can end without it",
        "让分支的每个出口都到达 {name}，或改用 need: all",
        "lead every way out of the branch to {name}, or use need: all",
    ),
    "unset": (
        "读取字段 {field} 之前没有任何路径写过它",
        "field {field} is read, but nothing has written it before",
        "先写入它，或用 has({root}.{field})、{root}.{field} ?? 默认值",
        "write it first, or use has({root}.{field}) or {root}.{field} ?? a default",
    ),
    "unset/start": (
        "字段 {field} 只有在发起时提供了才有值",
        "field {field} has a value only if the start supplied it",
        "列入 required、给出 default，或用 has({root}.{field})、{root}.{field} ?? 默认值",
        "make it required, give it a default, or use has({root}.{field}) or {root}.{field} ?? a default",
    ),
    "unset/branch": (
        "到达这里的路径并非都写过字段 {field}",
        "not every way here has written field {field}",
        "在每条路径上写入它，或用 has({root}.{field})、{root}.{field} ?? 默认值",
        "write it on every way, or use has({root}.{field}) or {root}.{field} ?? a default",
    ),
    "unset/later": (
        "第一轮经过这里时字段 {field} 还没有值，后面的节点才写入它",
        "field {field} has no value the first time round: only a later node writes it",
        "在循环之前写入它，或用 has({root}.{field})、{root}.{field} ?? 默认值",
        "write it before the loop, or use has({root}.{field}) or {root}.{field} ?? a default",
    ),
    "unset/beside": (
        "字段 {field} 由同时进行的另一条分支写入，读取时可能还没有值",
        "field {field} is written by another branch at the same time and may have no value yet",
        "在汇合之后再读取，或用 has({root}.{field})、{root}.{field} ?? 默认值",
        "read it after the join, or use has({root}.{field}) or {root}.{field} ?? a default",
    ),
    "data_race": (
        "分叉 {fork} 的两条分支都写入字段 {field}：{first} 和 {name}",
        "two branches of fork {fork} write field {field}: {first} and {name}",
        "让每条分支写自己的字段，在汇合之后再合并",
        "let each branch write a field of its own and bring them together after the join",
    ),
    "personal_key": (
        "业务键由个人信息 {field} 组成，而业务键不加密",
        "the business key is made of {field}, which is personal; keys are not sealed",
        "改用客户编号或单号作为业务键",
        "use a customer's or an order's number as the key",
    ),
    "unused_field": (
        "字段 {field} 没有被任何表达式、表单或节点用到",
        "no expression, form or node uses field {field}",
        "删除它，或使用它",
        "remove it, or use it",
    ),
    "dead_branch": ("这条边永远不会被走到", "this edge is never taken"),
    "dead_branch/false": (
        "条件恒为假，这条边永远不会被走到",
        "the condition is never true, so this edge is never taken",
    ),
    "dead_branch/after_default": (
        "前面的分支总会被走到（恒成立，或已有默认分支），这条边永远不会被走到",
        "an entry before it always holds or is the default already, so this edge is never taken",
        "只保留一个默认分支，并放在最后",
        "keep one default, and put it last",
    ),
    "dead_branch/repeated": (
        "前面已有同样的条件，这条边永远不会被走到",
        "an entry before it has the same condition, so this edge is never taken",
    ),
    "dead_branch/covered": (
        "这里成立时，前面的一个条件总会先成立，这条边永远不会被走到",
        "wherever this holds, a condition before it holds too, so this edge is never taken",
        "把范围较窄的条件放在前面",
        "put the narrower condition first",
    ),
    "dead_branch/outcome": (
        "结果 {outcome} 不会出现，这条边永远不会被走到",
        "outcome {outcome} cannot come up, so this edge is never taken",
    ),
    "deadline_shorter_than_path": (
        "期限 {due} 比最短路径上的固定等待 {waits} 还短",
        "the deadline of {due} is shorter than the fixed waits of {waits} on the shortest path",
        "放宽期限，或缩短等待",
        "allow more time, or wait less",
    ),
    "undo_missing": (
        "动作 {action} 有外部影响，所在的 {scope} 可能失败，但没有 undo",
        "action {action} has an effect outside and {scope} around it can fail, but there is no undo",
        "给它加上 undo",
        "give it an undo",
    ),
    "table_gap": (
        "决策表 {table} 没有覆盖：{example}",
        "no rule of table {table} covers {example}",
        "加一条规则，或一条 when 为空的兜底规则",
        "add a rule, or a last rule with an empty when",
    ),
    "table_overlap": (
        "命中方式为 unique，但规则 {first} 和 {second} 都匹配：{example}",
        "hit is unique, but rules {first} and {second} both match {example}",
        "让规则互斥，或改用 hit: first",
        "make the rules exclude each other, or use hit: first",
    ),
}
