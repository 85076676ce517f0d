"""Reading YAML: what is refused, where it stands, and that nothing a person may upload takes the reader down."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.support.effort import calls
from waystation.compiler.source import DEEPEST, LARGEST, read_source


def flaws(text):
    return [(flaw.line, flaw.column, flaw.variant or flaw.code) for flaw in read_source(text).flaws]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("on", "on"),
        ("yes", "yes"),
        ("12:30:45", "12:30:45"),
        ("2025-01-01", "2025-01-01"),
        ("true", True),
        ("null", None),
        ("~", None),
        ("010", 10),
        ("0o17", 15),
        ("0xff", 255),
        ("1.50", Decimal("1.50")),
        ("1e3", Decimal("1e3")),
        ("1_000", "1_000"),
        ("'1'", "1"),
        ("! 2", "2"),
        ("!!str 2", "2"),
        ("9" * 70, "9" * 70),
    ],
)
def test_scalars_are_those_of_yaml_1_2(text, value):
    """`no`, times and dates are texts; numbers with a fraction are exact."""
    found = read_source(f"a: {text}").tree["a"]
    assert (type(value), value) == (type(found), found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\nb: {c: 1, a: 2, c: 3}", [(2, 17, "duplicate_key")]),
        ("a: &x 1\nb: *x", [(1, 4, "anchor"), (2, 4, "alias")]),
        ("a: !!python/name:os.system x", [(1, 4, "tag")]),
        ("b: !mine [1]", [(1, 4, "tag")]),
        ("x: 1\n<<: {y: 1}", [(2, 1, "merge")]),
        ("? [a]\n: 1", [(1, 3, "key")]),
        ("? {a: 1}\n: {b: 1, b: 2}", [(1, 3, "key"), (2, 10, "duplicate_key")]),
        ("a: 1\n---\nb: 2", [(2, 1, "documents")]),
        ("a: .nan", [(1, 4, "number")]),
        ("a: 甲 \x07", [(1, 6, "character")]),
        ("甲: 乙\n丙: [丁, &x 戊]", [(2, 8, "anchor")]),
    ],
)
def test_what_is_refused_has_a_place(text, expected):
    """Lines and columns count from 1, in characters."""
    assert expected == flaws(text)


def test_a_refused_key_takes_its_value_with_it():
    """What follows is read as if both were not there."""
    assert {"a": {"x": 1}, "d": 1} == read_source("a: {x: 1}\n? [b]\n: {c: [1, 2]}\na: 7\nd: 1").tree


def test_bytes_that_are_no_text_are_placed_and_the_rest_is_read():
    """One bad byte is one problem."""
    source = read_source("a: 1\nb: é x\nc: 2\n".encode("latin-1"))
    assert [(2, 4, "bytes")] == [(flaw.line, flaw.column, flaw.variant) for flaw in source.flaws]
    assert (1, 2) == (source.tree["a"], source.tree["c"])


def test_a_byte_order_mark_is_no_part_of_the_text():
    """Editors put it there."""
    assert {"a": 1} == read_source(b"\xef\xbb\xbfa: 1").tree


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a: 1\nb: [1, 2\nc: 3\nd: 4", {"a": 1, "c": 3, "d": 4}),
        ('a: "x\nb: 1\nc: 2', {"b": 1, "c": 2}),
        ("a: b: c\nd: 1", {"d": 1}),
        ("a:\n\tb: 1\nc: 2", {"a": None, "c": 2}),
    ],
)
def test_after_a_syntax_error_the_rest_is_read(text, tree):
    """Only the block that cannot be read is missing."""
    source = read_source(text)
    assert tree == source.tree
    assert source.damaged
    assert all(flaw.variant == "yaml" for flaw in source.flaws)


def test_several_syntax_errors_are_all_found():
    """Not only the first."""
    assert [2, 4, 6] == sorted(line for line, _, _ in flaws("a: 1\nb: x: y\nc: 1\nd: x: y\ne: 1\nf: x: y\ng: 1"))


def test_values_and_keys_have_places():
    """A path that the text does not have is the key of what it has, or the plain value itself."""
    source = read_source("a:\n  b: [1, {c: 2}]\n  d: x\n", file="f")
    assert "f:2:14" == str(source.place(("a", "b", 1, "c")))
    assert "f:2:3" == str(source.place(("a", "b"), key=True))
    assert "f:1:1" == str(source.place(("a", "z", "y")))
    assert "f:3:6" == str(source.place(("a", "d", 0, "x")))


@pytest.mark.parametrize(
    ("text", "variant"),
    [
        ("[" * 200_000, "too_deep"),
        ("{a: " * 100_000, "too_deep"),
        ("- " * 200_000, "too_deep"),
        ("? " * 100_000, "too_deep"),
        ("\n".join(" " * level + "a:" for level in range(1000)), "too_deep"),
        ("a: [" + "x," * 400_000 + "]", "too_many"),
        ("x" * (LARGEST + 1), "too_big"),
        ("甲" * (LARGEST // 3 + 1), "too_big"),
    ],
)
def test_hostile_text_is_refused_soon(text, variant):
    """Neither the stack nor the patience runs out."""
    assert calls(lambda: flaws(text), at_most=20_000_000)
    assert variant in {each[2] for each in flaws(text)}


def test_the_deepest_allowed_text_is_read():
    """The bound itself is allowed."""
    assert [] == flaws("[" * DEEPEST + "]" * DEEPEST)


def test_a_merge_bomb_and_an_alias_bomb_stay_small():
    """Neither is expanded."""
    levels = "\n".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30))
    merges = "\n".join(f"m{n}:\n  <<: [{', '.join([f'*m{n - 1}'] * 9)}]" for n in range(1, 30))
    source = read_source(f"a0: &a0 [x]\n{levels}\nm0: {{}}\n{merges}")
    assert len(source.flaws) <= 200


def test_many_flaws_are_bounded():
    """A file of nothing but mistakes does not become a list without end."""
    assert len(read_source("\n".join(f"a: {n}" for n in range(50_000))).flaws) <= 100
