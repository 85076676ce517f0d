"""Every statement of a session stays inside one tenant, by construction.

A session carries its tenant. Reads, updates and deletes get the tenant's condition added wherever a table occurs,
also in joins and subqueries; new rows are stamped; a statement that could slip past (plain text, a bare table, a
bulk update by key, a row of another tenant) is refused before it reaches the database. Only `EVERY_TENANT` lifts
this, for the few jobs that look after all tenants at once; it is easy to search for.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import (
    Alias,
    Column,
    ColumnClause,
    Delete,
    FromClause,
    Insert,
    Join,
    Select,
    SelectBase,
    Table,
    TextClause,
    Update,
    bindparam,
    event,
)
from sqlalchemy.orm import Mapper, ORMExecuteState, Session, UOWTransaction, with_loader_criteria
from sqlalchemy.sql import visitors

from waystation.store.schema import TENANT_OPTION, Base


class _EveryTenant:
    """The scope of jobs over all tenants. Rows inserted in it must name their tenant."""

    def __repr__(self) -> str:
        return "EVERY_TENANT"


#: The annotation that elements made from a mapped class carry.
_MAPPED = "parententity"
#: Option (and its own value) of a statement that has been looked through.
_CONFINED = "waystation_confined"
#: Option of a statement that is kept (`store.prepared`): its number.
PREPARED: Final = "waystation_prepared"
#: The parameter of the tenant in kept statements, and these by their numbers, confined.
_TENANT = "waystation_tenant"
Kept = Select[Any] | Delete | Insert
_FORMS: dict[int, Kept] = {}

EVERY_TENANT: Final = _EveryTenant()
Scope = str | _EveryTenant


class OutOfScope(RuntimeError):
    """A statement would have left its tenant, or written in a session for reading: a mistake in the program."""


class ScopedSession(Session):
    """The synchronous heart of a session; `info` holds `scope` and `writable`."""


@event.listens_for(ScopedSession, "do_orm_execute")
def _scope_statement(state: ORMExecuteState) -> None:
    scope: Scope = state.session.info["scope"]
    statement = state.statement
    if not isinstance(statement, (Select, Update, Delete, Insert)):
        raise OutOfScope(f"only select, insert, update and delete of mapped classes: {type(statement).__name__}")
    if not state.is_select and not state.session.info["writable"]:
        raise OutOfScope("this session only reads")
    if isinstance(scope, _EveryTenant):
        return
    if PREPARED in state.execution_options:
        _scope_prepared(state, scope)
        return
    only = None
    if state.execution_options.get(_CONFINED) is not _CONFINED:
        elements = list(visitors.iterate(statement))
        _refuse_bare_tables(statement, elements)
        only = _only_class(statement, elements)
        # An update or delete may first select the rows it is about to change, by bare key columns.
        state.update_execution_options(**{_CONFINED: _CONFINED})
    if isinstance(statement, (Insert, Update)):
        _refuse_named_tenant(statement, state.parameters)
    if isinstance(statement, Insert):
        _refuse_reading_insert(statement)
        state.update_execution_options(**{TENANT_OPTION: scope})
    elif state.is_column_load or state.is_relationship_load:
        pass  # of rows that this session has
    elif only is not None:
        state.statement = statement.where(only.tenant == scope)
    else:
        tenant = scope
        criteria = with_loader_criteria(Base, lambda row: row.tenant == tenant, include_aliases=True)
        state.statement = statement.options(criteria)


def _scope_prepared(state: ORMExecuteState, tenant: str) -> None:
    """The same for a statement that is kept: looked through the first time, then only told the tenant."""
    number: int = state.execution_options[PREPARED]
    form = _FORMS.get(number)
    if form is None:
        form = _FORMS[number] = _confined(state.statement)
    if isinstance(form, Insert):
        _refuse_named_tenant(form, state.parameters)
        state.update_execution_options(**{TENANT_OPTION: tenant})
        return
    state.statement = form
    state.parameters = {**_one(state.parameters), _TENANT: tenant}


def _confined(statement: Any) -> Kept:
    elements = list(visitors.iterate(statement))
    if isinstance(statement, Insert):
        _refuse_bare_tables(statement, elements)
        _refuse_reading_insert(statement)
        return statement
    only = _only_class(statement, elements)
    if not isinstance(statement, (Select, Delete)) or only is None:
        raise OutOfScope("a statement that is kept is a select, insert or delete of one mapped class")
    _refuse_bare_tables(statement, elements)
    return statement.where(only.tenant == bindparam(_TENANT))


def _one(parameters: Any) -> dict[str, Any]:
    if isinstance(parameters, (list, tuple)):
        raise OutOfScope("a statement that is kept is asked with one set of parameters")
    return dict(parameters or {})


@event.listens_for(ScopedSession, "before_flush")
def _stamp_rows(session: Session, _context: UOWTransaction, _instances: Any) -> None:
    if not session.info["writable"] and (session.new or session.dirty or session.deleted):
        raise OutOfScope("this session only reads")
    scope: Scope = session.info["scope"]
    if isinstance(scope, _EveryTenant):
        return
    for row in session.new:
        if row.tenant is None:
            row.tenant = scope
    for row in (*session.new, *session.dirty, *session.deleted):
        if row.tenant != scope:
            raise OutOfScope(f"a row of tenant {row.tenant!r} in a session of {scope!r}")


def _only_class(statement: Any, elements: list[Any]) -> type[Base] | None:
    """The mapped class that a statement is about, if it is about one only and joins, nests and renames nothing.

    Its tenant is then a plain condition, which costs a third of criteria that SQLAlchemy looks for places for.
    """
    found: set[Any] = set()
    for element in elements:
        if element is statement:
            continue
        if isinstance(element, (FromClause, SelectBase)) and not isinstance(element, Table):
            return None
        entity = element._annotations.get(_MAPPED)
        if entity is not None:
            found.add(entity)
    if len(found) != 1 or getattr(statement, "_setup_joins", None):
        return None
    entity = found.pop()
    return entity.class_ if isinstance(entity, Mapper) else None


def _refuse_bare_tables(statement: Select[Any] | Update | Delete | Insert, elements: list[Any]) -> None:
    """A table that is not reached through its mapped class gets no condition, so it may not occur.

    What a mapped class brings into a statement carries an annotation; SQL text could bring anything. A bare column
    beside the class that it belongs to is harmless: the class brings the condition.
    """
    confined = {element.table for element in elements if isinstance(element, Column) and _is_mapped(element)}
    for element in elements:
        if isinstance(element, Select):
            joined = (target for target, *_ in element._setup_joins)
            for origin in (*element._raw_columns, *element._from_obj, *joined):
                confined |= _mapped_tables(origin)
        elif isinstance(element, (Update, Delete, Insert)):
            confined |= _mapped_tables(element.table)
    for element in elements:
        if isinstance(element, TextClause) or (isinstance(element, ColumnClause) and _is_text(element)):
            raise OutOfScope(f"SQL text cannot be confined to a tenant: {element}")
        if not isinstance(element, Column) or not _is_bare(element) or element.table in confined:
            continue
        if not _is_proposed(statement, element.table):
            raise OutOfScope(f"column {element} is used without its mapped class")


def _mapped_tables(origin: Any) -> set[Any]:
    """The tables that a mapped class brings at this place; anything else there is refused."""
    if isinstance(origin, Join):
        return _mapped_tables(origin.left) | _mapped_tables(origin.right)
    if isinstance(origin, Column) and _is_bare(origin):
        raise OutOfScope(f"column {origin} is used without its mapped class")
    if not _is_table(origin):
        return set()
    if not _is_mapped(origin):
        raise OutOfScope(f"table {origin} is used without its mapped class")
    return {origin}


def _is_bare(column: Column[Any]) -> bool:
    """A column of a table itself; those of subqueries are looked at inside the subquery."""
    return not _is_mapped(column) and _is_table(column.table)


def _is_proposed(statement: Any, table: Any) -> bool:
    """The row that an upsert would insert, as its other half may name it."""
    return (
        isinstance(statement, Insert)
        and isinstance(table, Alias)
        and table.name in {"excluded", "inserted"}
        and table.element == statement.table
    )


def _is_table(origin: Any) -> bool:
    return isinstance(origin.element if isinstance(origin, Alias) else origin, Table)


def _is_mapped(element: Any) -> bool:
    return _MAPPED in element._annotations


def _is_text(column: ColumnClause[Any]) -> bool:
    return column.is_literal and column.name not in ("*", "1")


def _refuse_named_tenant(statement: Insert | Update, parameters: Any) -> None:
    if isinstance(statement, Update) and isinstance(parameters, (list, tuple)):
        raise OutOfScope("a bulk update by key cannot be confined to a tenant")
    rows: list[Any] = list(parameters) if isinstance(parameters, (list, tuple)) else [parameters or {}]
    rows.append(statement._values or {})
    for batch in statement._multi_values:
        rows.extend(batch)
    if isinstance(statement, Insert):
        rows.append(_set_on_conflict(statement))
    if any(_name_of(column) == "tenant" for row in rows for column in row):
        raise OutOfScope("the session sets the tenant; statements do not name it")


def _set_on_conflict(statement: Insert) -> Any:
    """What an upsert sets in the row that is there already; SQLite and PostgreSQL name it otherwise than MySQL."""
    clause = statement._post_values_clause
    return getattr(clause, "update_values_to_set", None) or getattr(clause, "update", None) or {}


def _name_of(column: Any) -> str:
    return str(getattr(column, "key", column))


def _refuse_reading_insert(statement: Insert) -> None:
    """An insert is stamped, not given conditions: neither its rows nor its values may come from a select."""
    if statement.select is not None or any(isinstance(element, Select) for element in visitors.iterate(statement)):
        raise OutOfScope("an insert that reads cannot be confined to a tenant; read first")
