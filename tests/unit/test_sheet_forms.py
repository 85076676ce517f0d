"""A form out of a sheet."""

from __future__ import annotations

import pytest

from waystation.contracts.errors import Refused
from waystation.design.sheet_forms import MOST_FIELDS, form_of


def test_the_kind_of_a_field_is_read_from_the_heading_and_the_rows() -> None:
    """Dates, numbers, choices and yes or no are known by what stands below; money, files and phones by the heading."""
    rows = [
        ["客户名称*", "签约日期", "数量", "合同金额", "类型", "加急", "联系电话", "附件", "", "说明"],
        ["甲公司", "2026-03-01", "3", "1200.50", "新签", "是", "", "", "x", "很长的说明" * 10],
        ["乙公司", "2026/3/2", "12", "800", "续签", "否", "", "", "", "短"],
        ["丙公司", "2026-03-03", "7", "", "新签", "是", "", "", "", ""],
        ["丁公司", "2026-03-04", "9", "", "续签", "否", "", "", "", ""],
    ]
    form = form_of(rows, "客户合同")
    fields = form["fields"]
    assert list(fields) == form["layout"]
    assert list(fields) == [
        "text_1", "date_1", "integer_1", "money_1", "select_1", "switch_1", "phone_1", "file_1", "textarea_1",
    ]  # fmt: skip
    assert (fields["text_1"]["title"], fields["text_1"]["required"]) == ("客户名称", True)
    assert fields["select_1"]["options"] == {"option_1": "新签", "option_2": "续签"}
    assert "required" not in fields["date_1"]


def test_headings_alone_make_a_form_of_texts() -> None:
    """An empty template is enough; two columns of one kind have keys of their own."""
    form = form_of([["品名", "规格", "到货日期"]], "清单")
    assert [(key, field["title"]) for key, field in form["fields"].items()] == [
        ("text_1", "品名"), ("text_2", "规格"), ("date_1", "到货日期"),
    ]  # fmt: skip


@pytest.mark.parametrize("rows", [[], [[""]], [["列"] * (MOST_FIELDS + 1)]])
def test_a_sheet_without_headings_or_with_too_many_is_refused(rows: list[list[str]]) -> None:
    """Nothing is guessed: the person is told."""
    with pytest.raises(Refused, match="bad_sheet"):
        form_of(rows, "表")
