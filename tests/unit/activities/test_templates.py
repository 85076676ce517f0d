"""Notice templates are texts with gaps, not programs."""

from __future__ import annotations

from pathlib import Path

import pytest

from activities._runtime import BadFile, DataFile, load_file
from activities.notifications.templates import LONGEST, Template, check_text, load_template, render
from waystation.contracts.errors import Refused

ROOT = Path(__file__).parents[3]
SHIPPED = sorted(path.stem for path in (ROOT / "definitions" / "templates").glob("*.yaml"))


@pytest.mark.parametrize(
    "text",
    [
        "{{ case_title.__class__ }}",
        "{{ case_title() }}",
        "{% for i in range(9) %}x{% endfor %}",
        "{% for i in 'ab' %}x{% endfor %}",
        "{% macro m() %}{% endmacro %}",
        "{% include 'x' %}",
        "{% set x = 1 %}",
        "{{ case_title * 1000000 }}",
        "{{ case_title | center(100000000) }}",
        "{{ secret }}",
        "{% for a in lines %}{% for b in a.x %}{% for c in b.x %}{% endfor %}{% endfor %}{% endfor %}",
        "{{ case_title",
    ],
)
def test_what_could_run_away_or_break_out_is_refused(text: str) -> None:
    """No calls, macros, arithmetic, ranges, hidden attributes, deep loops or names that nobody hands over."""
    assert check_text(text, ["lines"])


def test_conditions_loops_and_filters_are_enough() -> None:
    """What notices need is allowed."""
    text = "{% for line in lines %}{% if line.qty > 1 and not loop.last %}{{ line.sku | upper }}{% endif %}{% endfor %}"
    assert check_text(text, ["lines"]) == []


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.parametrize("locale", ["zh", "en"])
def test_every_shipped_template_renders_even_with_nothing_known(name: str, locale: str) -> None:
    """A gap shows as a dash; the id is the file's name; both languages have a subject and a body."""
    template = load_template(name)
    assert template.template == name
    rendered = render(template, {}, locale=locale)
    assert rendered.subject
    assert rendered.body
    assert "{{" not in rendered.subject + rendered.body


def test_values_are_shown_as_people_write_them() -> None:
    """Fen become yuan, times become minutes, a subject is one line, a text has an end."""
    template = Template(
        template="t",
        title={"zh": "t", "en": "t"},
        values=("amount", "at", "long"),
        subject={"zh": "{{ long }}", "en": "x"},
        body={"zh": "{{ amount | yuan }} {{ at | date }}", "en": "{{ long }}"},
    )
    values = {"amount": -1234567, "at": "2026-05-12T02:00:00+00:00", "long": "a\nb" * LONGEST}
    assert render(template, values).body == "-12,345.67 2026-05-12 02:00"
    assert "\n" not in render(template, values).subject
    assert len(render(template, values, locale="en").body) == LONGEST
    assert render(template, values, locale="fr").body == render(template, values, locale="zh").body


def test_an_unknown_template_is_refused() -> None:
    """Also one whose name would leave the folder."""
    for name in ("nothing", "../people/demo", ""):
        with pytest.raises(Refused):
            load_template(name)


class Probe(DataFile):
    size: int


def test_a_bad_file_says_where(tmp_path: Path) -> None:
    """Broken YAML by line, wrong content by key; a mended file is read again without a restart."""
    file = tmp_path / "probes" / "one.yaml"
    file.parent.mkdir()
    file.write_text("size: big\n")
    with pytest.raises(BadFile, match=r"probes/one\.yaml.*size"):
        load_file("probes", "one", Probe, root=tmp_path)
    file.write_text("size: 1\nsize: 22\n")
    with pytest.raises(BadFile, match="duplicate_key at 2:1"):
        load_file("probes", "one", Probe, root=tmp_path)
    file.write_text("size: 3 # mended\n")
    assert load_file("probes", "one", Probe, root=tmp_path).size == 3
