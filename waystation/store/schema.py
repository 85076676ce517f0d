"""The ground every table stands on: the metadata with its naming convention, portable column types, and `Base`.

Types behave alike on SQLite, PostgreSQL and MariaDB/MySQL: what one of them would silently cut, fold or shift is
refused before it gets there. Every table derives from `Base` and so has `tenant` as the first part of its primary
key; `session.py` fills and filters it. Tables of capabilities use this module too, and nothing else of the store.
"""

from __future__ import annotations

from datetime import UTC as UTC_ZONE
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Double, LargeBinary, MetaData, String, Text
from sqlalchemy.dialects import mysql
from sqlalchemy.engine import Dialect
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator, TypeEngine

from waystation.store import exact_json

#: Execution option that carries the tenant of a session to column defaults.
TENANT_OPTION = "waystation_tenant"

#: Money is integer minor units; the currency stands in a column of its own.
Money = BigInteger

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

#: Options of every table on MySQL and MariaDB: transactions, all of Unicode, and no folding of case or accents.
TABLE_OPTIONS: dict[str, Any] = {
    f"{dialect}_{option}": value
    for dialect in ("mysql", "mariadb")
    for option, value in {"engine": "InnoDB", "charset": "utf8mb4", "collate": "utf8mb4_bin"}.items()
}


class Unfit(ValueError):
    """A value that no column takes: too long, or with characters that one of the databases cannot keep.

    Sessions make a refusal of it, so that whoever sent it is told.
    """

    def __init__(self, value: str, en: str, zh: str) -> None:
        super().__init__(f"{en}: {value[:40]!r}")
        self.value, self.en, self.zh = value, en, zh


def _storable(value: str) -> str:
    """The text, if every database can keep it."""
    if "\0" in value:
        raise Unfit(value, "the text holds a NUL", "文本含有 NUL 字符")
    if not value.isascii() and any("\ud800" <= character <= "\udfff" for character in value):
        raise Unfit(value, "the text holds half a character", "文本含有不完整的字符")
    return value


class UTC(TypeDecorator[datetime]):
    """A moment, to the microsecond. Naive datetimes are refused; what is read is aware UTC."""

    impl = DateTime(timezone=True).with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone")
        value = value.astimezone(UTC_ZONE)
        return value if dialect.name == "postgresql" else value.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC_ZONE) if value.tzinfo is None else value.astimezone(UTC_ZONE)


class Key(TypeDecorator[str]):
    """An identifier, compared byte by byte.

    Args:
        length: characters at most. Longer values and values that end in a space are refused: one database would
            accept what another cuts, and MariaDB ignores trailing spaces when it compares.
    """

    impl = String
    cache_ok = True

    def __init__(self, length: int = 64) -> None:
        super().__init__(length)
        self.length = length

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name in ("mysql", "mariadb"):
            return dialect.type_descriptor(mysql.VARCHAR(self.length, charset="utf8mb4", collation="utf8mb4_bin"))
        return dialect.type_descriptor(String(self.length))

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        if len(value) > self.length:
            en = f"{len(value)} characters are too many for an identifier, at most {self.length} fit"
            raise Unfit(value, en, f"标识有 {len(value)} 个字符，最多 {self.length} 个")
        if value.endswith(" "):
            raise Unfit(value, "an identifier must not end in a space", "标识不能以空格结尾")
        return _storable(value)


class LongText(TypeDecorator[str]):
    """Text of any length. NUL is refused, because PostgreSQL cannot store it."""

    impl = Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else _storable(value)


class Json(TypeDecorator[Any]):
    """Any JSON value, exact decimals included. Read back as maps, lists, texts, ints, `Decimal`s, bools and None.

    Stored as text on every database, so that key order and digits survive. SQL NULL is None as well.
    """

    impl = Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else exact_json.encode(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else exact_json.decode(value)

    def compare_values(self, x: Any, y: Any) -> bool:
        return x is y or (x is not None and y is not None and exact_json.encode(x) == exact_json.encode(y))


#: Marks columns with personal data; see `personal_of`.
PERSONAL = "personal"


def personal_of(column: str) -> dict[str, Any]:
    """`info` of a column with personal data, which `waystation.store.personal_rows` seals and opens.

    Args:
        column: the one of the same row that says which customer's they are.
    """
    return {PERSONAL: column}


#: Bytes of any length.
Blob = LargeBinary().with_variant(mysql.LONGBLOB(), "mysql", "mariadb")


def _tenant_of_statement(context: DefaultExecutionContext) -> str:
    tenant = context.execution_options.get(TENANT_OPTION)
    if not isinstance(tenant, str):
        raise RuntimeError("a row is inserted outside a tenant's session")
    return tenant


class Base(DeclarativeBase):
    """Ancestor of every table. `tenant` is set by the session; code that inserts rows never names it."""

    metadata = metadata
    type_annotation_map = {
        datetime: UTC(),
        dict[str, Any]: Json(),
        list[Any]: Json(),
        bytes: Blob,
        int: BigInteger(),
        # Plain FLOAT has 24 bits on MySQL: a coordinate would be off by metres.
        float: Double(53),
    }

    tenant: Mapped[str] = mapped_column(Key(), primary_key=True, default=_tenant_of_statement, sort_order=-100)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        own = cls.__dict__.get("__table_args__", ())
        constraints = own if isinstance(own, tuple) else (own,)
        cls.__table_args__ = (*constraints, TABLE_OPTIONS)
        super().__init_subclass__(**kwargs)
