"""The order of a set of texts changes from process to process, so nothing replayed may depend on it.

Found are loops, comprehensions and ordered containers made from an expression that is visibly a set: a literal, a
`set()` call, set algebra, or a name or attribute that this module annotates or assigns as one. Where order cannot
matter (`sorted`, `len`, `any`, `sum`, building another set) a set may be read.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tools.lints.determinism import PLACES
from tools.lints.source import Finding, Module

RULE = "set-order"
SET_TYPES = frozenset({"set", "frozenset", "Set", "AbstractSet", "MutableSet", "FrozenSet"})
SET_METHODS = frozenset({"union", "intersection", "difference", "symmetric_difference"})
ORDERED = frozenset({"list", "tuple", "iter", "next", "enumerate", "zip", "map", "filter", "reversed", "dict", "deque"})
ORDERLESS = frozenset({"sorted", "set", "frozenset", "len", "any", "all", "sum", "min", "max"})
ORDERED_METHODS = frozenset({"join", "extend", "fromkeys", "extendleft"})

Scope = ast.Module | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda


def check(module: Module) -> Iterator[Finding]:
    """Every place that reads a set in its own order."""
    if module.within(*PLACES):
        reader = _Reader(module)
        reader.visit(module.tree)
        yield from reader.findings


class _Reader(ast.NodeVisitor):
    def __init__(self, module: Module) -> None:
        self.module = module
        self.findings: list[Finding] = []
        self.known: list[frozenset[str]] = []
        self.attributes = frozenset(_set_attributes(module.tree))
        self.orderless: set[int] = set()

    def visit_Module(self, node: ast.Module) -> None:
        self._enter(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._enter(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self._enter(node)

    def visit_For(self, node: ast.For) -> None:
        self._ordered(node.iter, "a loop")
        self.generic_visit(node)

    def visit_ListComp(self, node: ast.ListComp) -> None:
        self._comprehension(node, node.generators)

    def visit_GeneratorExp(self, node: ast.GeneratorExp) -> None:
        self._comprehension(node, node.generators)

    def visit_DictComp(self, node: ast.DictComp) -> None:
        self._comprehension(node, node.generators)

    def visit_Starred(self, node: ast.Starred) -> None:
        self._ordered(node.value, "unpacking")
        self.generic_visit(node)

    def visit_Set(self, node: ast.Set) -> None:
        for element in node.elts:  # {*a, *b} makes a set again
            self.visit(element.value if isinstance(element, ast.Starred) else element)

    def visit_Call(self, node: ast.Call) -> None:
        match node.func:
            case ast.Name(id=name) if name in ORDERLESS:
                self.orderless.update(id(argument) for argument in node.args)
            case ast.Name(id=name) if name in ORDERED:
                for argument in node.args:
                    self._ordered(argument, f"{name}()")
            case ast.Attribute(attr=name) if name in ORDERED_METHODS:
                for argument in node.args:
                    self._ordered(argument, f".{name}()")
            case ast.Attribute(attr="pop", value=value) if not node.args:
                self._ordered(value, ".pop()")
        self.generic_visit(node)

    def _enter(self, scope: Scope) -> None:
        self.known.append(frozenset(_set_names(scope)))
        self.generic_visit(scope)
        self.known.pop()

    def _comprehension(self, node: ast.AST, generators: list[ast.comprehension]) -> None:
        if id(node) not in self.orderless:
            for generator in generators:
                self._ordered(generator.iter, "a comprehension")
        self.generic_visit(node)

    def _ordered(self, value: ast.expr, reader: str) -> None:
        if self._is_set(value):
            self.findings.append(
                self.module.finding(value, RULE, f"{reader} over a set depends on its order; use sorted() or a dict")
            )

    def _is_set(self, value: ast.expr) -> bool:
        match value:
            case ast.Name(id=name):
                return any(name in names for names in self.known)
            case ast.Attribute(attr=name):
                return name in self.attributes
            case ast.BinOp(left=left, right=right, op=ast.BitOr() | ast.BitAnd() | ast.Sub() | ast.BitXor()):
                return self._is_set(left) or self._is_set(right)
            case ast.IfExp(body=body, orelse=other):
                return self._is_set(body) or self._is_set(other)
        return _makes_set(value)


def _makes_set(value: ast.expr | None) -> bool:
    match value:
        case ast.Set() | ast.SetComp():
            return True
        case ast.Call(func=ast.Name(id="set" | "frozenset")):
            return True
        case ast.Call(func=ast.Attribute(attr=name)):
            return name in SET_METHODS
    return False


def _says_set(annotation: ast.expr | None) -> bool:
    """Whether an annotation names a set type (also `set[str] | None`)."""
    match annotation:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name in SET_TYPES
        case ast.Subscript(value=value):
            return _says_set(value)
        case ast.BinOp(left=left, right=right, op=ast.BitOr()):
            return _says_set(left) or _says_set(right)
        case ast.Constant(value=str(text)):
            return _says_set(ast.parse(text, mode="eval").body)
    return False


def _set_names(scope: Scope) -> Iterator[str]:
    """Names that are sets in this scope, its nested scopes left out."""
    if isinstance(scope, ast.FunctionDef | ast.AsyncFunctionDef):
        arguments = [*scope.args.posonlyargs, *scope.args.args, *scope.args.kwonlyargs]
        yield from (argument.arg for argument in arguments if _says_set(argument.annotation))
    for node in _own_nodes(scope):
        match node:
            case ast.Assign(targets=targets, value=value) if _makes_set(value):
                yield from (target.id for target in targets if isinstance(target, ast.Name))
            case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation) if _says_set(annotation):
                yield name
            case ast.NamedExpr(target=ast.Name(id=name), value=value) if _makes_set(value):
                yield name


def _own_nodes(scope: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(scope):
        yield child
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            yield from _own_nodes(child)


def _set_attributes(tree: ast.Module) -> Iterator[str]:
    """Attributes that some class of this module annotates as a set, or sets to one on `self`."""
    for node in ast.walk(tree):
        match node:
            case ast.ClassDef(body=body):
                fields = [line for line in body if isinstance(line, ast.AnnAssign) and _says_set(line.annotation)]
                yield from (line.target.id for line in fields if isinstance(line.target, ast.Name))
            case ast.AnnAssign(target=ast.Attribute(attr=name), annotation=annotation) if _says_set(annotation):
                yield name
            case ast.Assign(targets=[ast.Attribute(attr=name)], value=value) if _makes_set(value):
                yield name
