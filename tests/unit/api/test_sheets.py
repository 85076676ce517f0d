"""Sheets of people: what is read, what is refused, and that no cell that goes out is a formula."""

from __future__ import annotations

import csv
import io
import zipfile

import pytest
from openpyxl import Workbook, load_workbook

from designer_api import sheets
from designer_api.people_columns import COLUMNS, headings, row_of, values_of, with_row
from designer_api.people_import import read_sheet
from waystation.contracts.directory import PersonRecord
from waystation.contracts.errors import Refused
from workflows.people import duty_text, parse_duty

NASTY = ["=1+1", "+8613800000000", "-2+3", "@SUM(A1)", "\t=1", "'=x", "-33.5", "普通", 'a"b,c', "x\ny"]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_no_cell_is_a_formula(kind: str) -> None:
    """Texts that a spreadsheet would compute get an apostrophe, and come back as they were."""
    table = [["name"], *([text] for text in NASTY)]
    data = sheets.as_csv(table) if kind == "csv" else sheets.as_xlsx(table, "people")
    if kind == "xlsx":
        cells = [row[0] for row in load_workbook(io.BytesIO(data)).active.iter_rows()]  # type: ignore[union-attr]
        assert {cell.data_type for cell in cells} == {"s"}
        written = [str(cell.value) for cell in cells]
    else:
        written = [line[0] for line in csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))]
    assert not [text for text in written if text.startswith(("=", "+", "@", "\t", "-2"))]
    assert [row[0] for row in sheets.read_table(data)][1:] == NASTY


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_what_spreadsheets_save_is_read(encoding: str, delimiter: str) -> None:
    text = delimiter.join(["编号", "姓名"]) + "\r\n" + delimiter.join(["a1", "张三"]) + "\r\n\r\n"
    assert sheets.read_table(text.encode(encoding)) == [["编号", "姓名"], ["a1", "张三"], []]


def _bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b"0" * (65 * 1024 * 1024))
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"PK\x03\x04 not a zip", "bad_sheet"),
        (b"id\x00,name", "bad_sheet"),
        (b"\xff\xfe\xff", "bad_sheet"),
        (b'id,name\n"a', "bad_sheet"),
        (b"", "bad_sheet"),
        (b"id\n", "bad_sheet"),
        (b"id\n" + b"x" * 10_001, "bad_sheet"),
        (b"," * 80 + b"x", "too_large"),
        (b"a\n" * 20_002, "too_large"),
        (_bomb(), "too_large"),
    ],
    ids=["broken", "nul", "binary", "quote", "empty", "nobody", "cell", "wide", "long", "bomb"],
)
def test_hostile_files_are_refused(data: bytes, code: str) -> None:
    """Each with a code and a sentence in both languages."""
    with pytest.raises(Refused) as refused:
        read_sheet(data)
    assert refused.value.code == code
    assert refused.value.zh != refused.value.en


def test_numbers_of_a_spreadsheet_are_texts() -> None:
    """`7` and `7.0` are the same cell to whoever typed it."""
    book = Workbook()
    assert book.active is not None
    book.active.append(["编号", "容量", "在职", "纬度"])
    book.active.append([1001, 7.0, True, 31.5])
    out = io.BytesIO()
    book.save(out)
    sheet = read_sheet(out.getvalue())
    assert sheet.values["1001"] == {"id": "1001", "capacity": 7, "active": True, "latitude": 31.5}


def test_every_fault_has_its_place() -> None:
    """Row and column of each; the whole sheet is read before it is refused."""
    text = "编号,容量,技能,值班\na,x,修理:高,always\n,1,,\na,1,,\nb,1,,,extra\n"
    found = [(fault.row, fault.column, fault.code) for fault in read_sheet(text.encode()).faults]
    assert found == [
        (2, "capacity", "bad_value"),
        (2, "skills", "bad_value"),
        (2, "duty", "bad_value"),
        (3, "id", "bad_id"),
        (4, "id", "duplicate_id"),
        (5, "", "too_many_cells"),
    ]
    head = [(fault.column, fault.code) for fault in read_sheet("姓名,name,薪水\n".encode()).faults]
    assert head == [("name", "duplicate_column"), ("薪水", "unknown_column")]


def test_a_record_survives_its_row() -> None:
    """What is exported and imported again is the same; a column that is missing changes nothing."""
    record = PersonRecord(
        "ann",
        "安",
        "a@x.cn",
        "+86 13800000000",
        "bob",
        "lead",
        ("p1",),
        ("r1", "r2"),
        ("g1",),
        "华东",
        {"repair": 3, "install": 1},
        (-31.25, 121.5),
        4,
        parse_duty("周一至周五 09:00-18:00；sat,sun 22:00-02:00"),
        away=True,
        external={"hr": "7"},
    )
    values, faults = values_of(COLUMNS, row_of(record), 2)
    assert faults == []
    assert with_row(PersonRecord("ann"), values) == record
    assert with_row(record, {"id": "ann", "name": "Ann"}).skills == {"repair": 3, "install": 1}
    assert list(headings(english=True))[:2] == ["id", "name"]


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("mon-fri 9:00-18:00", "mon-fri 09:00-18:00"),
        ("周六、周日 10:00-16:00", "sat,sun 10:00-16:00"),
        ("fri-mon 20:00-04:00", "mon,fri,sat,sun 20:00-04:00"),
        ("mon 00:00-24:00", "mon 00:00-24:00"),
    ],
)
def test_hours_of_duty(text: str, plain: str) -> None:
    """In both languages; an end before the start is on the next day."""
    assert duty_text(parse_duty(text)) == plain
    assert parse_duty(plain) == parse_duty(text)


@pytest.mark.parametrize("text", ["always", "mon", "mon 25:00-26:00", "mon 9-18", "foo 09:00-18:00", "mon 09:61-10:00"])
def test_hours_that_cannot_be_read(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_duty(text)
