"""Tables as files: CSV and XLSX in and out, as rows of texts.

What comes in is bounded and never computed; what goes out cannot be a formula: a text that a spreadsheet would take
for one gets an apostrophe before it, and loses it again when it is read here.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell

from waystation.contracts.errors import Refused

MOST_ROWS, MOST_COLUMNS, MOST_CHARACTERS = 20_000, 60, 10_000
#: Bytes that an XLSX may unpack to: its own size says nothing.
_MOST_UNPACKED = 64 * 1024 * 1024
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"


def read_table(data: bytes) -> list[list[str]]:
    """The rows of a CSV or of an XLSX's first sheet, cells as trimmed texts; rows without any text are `[]`.

    Raises:
        Refused: `bad_sheet`, `too_large`.
    """
    rows = _from_xlsx(data) if data.startswith(b"PK\x03\x04") else _from_csv(data)
    return [[] if not any(row) else row for row in rows]


def as_csv(rows: Iterable[Sequence[str]]) -> bytes:
    """With the mark that makes spreadsheets read it as UTF-8."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows([escaped(cell) for cell in row] for row in rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def as_xlsx(rows: Iterable[Sequence[str]], title: str) -> bytes:
    """Every cell is a text, whatever it looks like."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    for row in rows:
        cells = []
        for value in row:
            cell = WriteOnlyCell(sheet, escaped(value))
            cell.data_type = "s"
            cells.append(cell)
        sheet.append(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def escaped(text: str) -> str:
    """A text that no spreadsheet computes."""
    return f"'{text}" if _computed(text) and not _NUMBER.fullmatch(text) else text


def _computed(text: str) -> bool:
    """Would a spreadsheet compute it? Also when it has been escaped before."""
    return text.lstrip("'").startswith(_FORMULA)


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime | date):
        return value.isoformat()
    text = str(value).strip()
    return text[1:] if text[:1] == "'" and _computed(text) else text


def _from_csv(data: bytes) -> list[list[str]]:
    text = _decoded(data)
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    try:
        return _bounded(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as wrong:
        raise _bad(f"not a CSV: {wrong}", f"不是有效的 CSV：{wrong}") from None


def _decoded(data: bytes) -> str:
    """UTF-8, or what Chinese spreadsheets save as CSV."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        return text
    raise _bad("the file is neither CSV nor XLSX", "文件既不是 CSV 也不是 XLSX")


def _from_xlsx(data: bytes) -> list[list[str]]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if sum(part.file_size for part in packed.infolist()) > _MOST_UNPACKED:
                raise Refused("too_large", "the file unpacks to too much", "文件解压后过大")
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        # What a sheet says of its own size may be wrong, by mistake or not.
        sheet.reset_dimensions()
        return _bounded(sheet.iter_rows(values_only=True))
    except Refused:
        raise
    except Exception as wrong:  # whatever a broken or hostile file makes the library raise
        raise _bad("the file is not a readable XLSX", "不是可读取的 XLSX 文件") from wrong


def _bounded(rows: Iterable[Iterable[Any]]) -> list[list[str]]:
    found: list[list[str]] = []
    for number, row in enumerate(rows, 1):
        cells = [_plain(value) for value in row]
        while cells and not cells[-1]:
            cells.pop()
        if number > MOST_ROWS + 1 or len(cells) > MOST_COLUMNS:
            en = f"at most {MOST_ROWS} rows of {MOST_COLUMNS} columns"
            raise Refused("too_large", en, f"最多 {MOST_ROWS} 行、{MOST_COLUMNS} 列")
        if any(len(cell) > MOST_CHARACTERS for cell in cells):
            raise _bad(f"row {number} has a cell that is too long", f"第 {number} 行有过长的单元格")
        found.append(cells)
    return found


def _bad(en: str, zh: str) -> Refused:
    return Refused("bad_sheet", en, zh)
