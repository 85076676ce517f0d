"""Data files of capabilities: definitions/<folder>/<name>.yaml, read into a model and read again when they change.

They are rules that change without the program: channel mappings, word lists, notice templates, demo rows. A file is
known by its place, and a mistake in it says where it is.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from waystation.compiler.source import read_source
from waystation.contracts.errors import Refused, WaystationError

_Model = TypeVar("_Model", bound=BaseModel)

_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")


class DataFile(BaseModel):
    """Base of the models of data files: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class BadFile(WaystationError):
    """A data file does not have the form that its capability needs; the operator has to mend it."""


def shipped_definitions() -> Path:
    """The folder `definitions` beside the packages, in a source tree as in an installation."""
    return Path(__file__).resolve().parents[2] / "definitions"


def load_file(folder: str, name: str, model: type[_Model], *, root: Path | None = None) -> _Model:
    """The file definitions/<folder>/<name>.yaml as a model.

    Raises:
        Refused: `unknown_file`, there is no such file.
        BadFile: `bad_file`, it does not have the model's form; the detail says where.
    """
    path = (root or shipped_definitions()) / folder / f"{name}.yaml"
    if not _NAME.fullmatch(name) or not path.is_file():
        raise Refused("unknown_file", f"there is no {folder}/{name}", f"没有 {folder}/{name}")
    parsed = _parsed(str(path), path.stat().st_mtime_ns, model)
    assert isinstance(parsed, model)
    return parsed


@lru_cache(maxsize=256)
def _parsed(path: str, _changed_ns: int, model: type[BaseModel]) -> BaseModel:
    file = Path(path)
    source = read_source(file.read_bytes(), file=f"{file.parent.name}/{file.name}")
    if source.flaws:
        flaw = source.flaws[0]
        raise _bad(source.file, f"{flaw.code} at {flaw.line}:{flaw.column}")
    try:
        return model.model_validate(source.tree)
    except ValidationError as error:
        raise _bad(source.file, _where(error)) from error


def _where(error: ValidationError) -> str:
    first: Any = error.errors(include_url=False)[0]
    return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"


def _bad(file: str, where: str) -> BadFile:
    return BadFile("bad_file", f"{file} is not of the right form: {where}", f"文件 {file} 格式不正确：{where}")
