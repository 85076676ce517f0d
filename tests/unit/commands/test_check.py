"""`waystation check` and its kin, as a person at a terminal meets them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from waystation.cli import run

GOOD = "waystation: 1\nprocess: p\nnodes: { a: { kind: task, assign: { role: x }, form: f, next: end } }\n"
FORM = "form: f\nfields: { a: { type: string } }\n"
BAD = "waystation: 1\nprocess: p\nnodes: { a: { kind: tsk } }\n"
SCENARIOS = """
scenarios: [ { scenario: s, process: p, actions: { any.thing: {} } } ]
processes:
  - waystation: 1
    process: p
    nodes: { a: { kind: action, do: any.thing, next: b }, b: { kind: call, process: q, next: end } }
  - { waystation: 1, process: q, nodes: { a: { kind: merge, next: edn } } }
"""


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        path = folder / f"{name.replace('__', '/')}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def test_a_folder_without_problems_leaves_with_0(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Processes may name what other files of the folder define."""
    assert 0 == run(["check", str(write(tmp_path, p=GOOD, forms__f=FORM))])
    assert "2 files, 0 errors, 0 warnings" in capsys.readouterr().out


def test_errors_leave_with_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And are said, with place, code and node."""
    assert 1 == run(["check", str(write(tmp_path, p=BAD)), "-l", "zh"])
    assert "p.yaml:3:21: error unknown_kind [a]: 没有节点类型 tsk" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["nowhere"], ["."]])
def test_nothing_to_check_leaves_with_1(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]) -> None:
    """A path that is not there, or a folder without a file, is no success."""
    monkeypatch.chdir(tmp_path)
    assert 1 == run(["check", *arguments])


def test_the_definitions_around_a_file_are_known(tmp_path: Path) -> None:
    """Checking one file of a folder named definitions finds its forms, and reports only that file."""
    write(tmp_path, definitions__p=GOOD, definitions__forms__f=FORM, definitions__bad=BAD.replace(": p", ": q"))
    assert 0 == run(["check", str(tmp_path / "definitions" / "p.yaml")])
    assert 1 == run(["check", str(tmp_path / "definitions")])


def test_the_processes_of_a_scenario_file_are_checked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With the actions that its scenarios stub, and the processes beside them."""
    assert 1 == run(["check", str(write(tmp_path, s=SCENARIOS)), "--format", "json"])
    (problem,) = json.loads(capsys.readouterr().out)
    assert ("unknown_node", 7) == (problem["code"], problem["line"])


def test_two_files_with_one_id_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An id is unique in the tenant."""
    assert 1 == run(["check", str(write(tmp_path, a=FORM, b=FORM)), "--format", "json"])
    (problem,) = json.loads(capsys.readouterr().out)
    assert ("duplicate_key", str(tmp_path / "b.yaml")) == (problem["code"], problem["file"])


@pytest.mark.parametrize("text", ["proces: p\nnodes: {}", "just text", ""])
def test_a_file_that_is_nothing_is_refused(tmp_path: Path, text: str) -> None:
    """A misspelt top key must not pass as a file of somebody else's."""
    assert 1 == run(["check", str(write(tmp_path, x=text))])


def test_files_of_other_parts_are_only_read(tmp_path: Path) -> None:
    """A channel mapping is none of the compiler's business, but it must be YAML."""
    assert 0 == run(["check", str(write(tmp_path, x="channel: shop\nmapping: {}"))])
    assert 1 == run(["check", str(write(tmp_path, x="channel: shop\nmapping: {"))])


def test_sarif_is_what_code_hosts_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Also when there is nothing to say."""
    assert 0 == run(["check", str(write(tmp_path, f=FORM)), "--format", "sarif"])
    assert "2.1.0" == json.loads(capsys.readouterr().out)["version"]


def test_explain_and_diff_need_a_process_that_compiles(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Else they say why not."""
    write(tmp_path, definitions__p=GOOD, definitions__forms__f=FORM, other__q=GOOD.replace("role: x", "role: y"))
    good, lonely = tmp_path / "definitions" / "p.yaml", tmp_path / "other" / "q.yaml"
    assert 0 == run(["explain", str(good), "--show", "mermaid"])
    assert "flowchart TD" in capsys.readouterr().out
    assert 1 == run(["diff", str(good), str(lonely)])
    assert "unknown_form" in capsys.readouterr().err
    write(tmp_path / "other", definitions__q=GOOD.replace("role: x", "role: y"), definitions__f=FORM)
    assert 0 == run(["diff", str(good), str(tmp_path / "other" / "definitions" / "q.yaml")])
    assert "node a: assign.rules was" in capsys.readouterr().out


def test_a_wrong_command_line_leaves_with_2() -> None:
    """As usage errors do."""
    assert 2 == run(["check"])


FAULTY = """
scenario: s
process: p
people: { ann: { proxy: bob }, bob: { proxy: ann, cleark: true } }
actions: { any.thing: { retruns: {} } }
steps:
  - expect: { opne: [a] }
  - complte: { task: a }
"""


def test_the_shape_of_scenarios_is_checked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Unknown steps, expectations, stubs and fields of people are found without running anything."""
    assert 1 == run(["check", str(write(tmp_path, p=GOOD, f=FORM, s=FAULTY)), "--json"])
    found = json.loads(capsys.readouterr().out)
    assert [(row["code"], row["line"], row["column"]) for row in found] == [
        ("unknown_key", 4, 51),
        ("unknown_key", 5, 25),
        ("unknown_key", 7, 15),
        ("unknown_key", 8, 5),
    ]
    assert [row["hint_en"] for row in found[2:]] == ["did you mean open?", "did you mean complete?"]


def test_a_scenario_of_a_process_that_is_not_there_is_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """At the name."""
    write(tmp_path, p=GOOD, f=FORM, s="scenario: s\nprocess: pp\nstart: {}\n")
    assert 1 == run(["check", str(tmp_path)])
    assert "s.yaml:2:10: error unknown_process" in capsys.readouterr().out


def test_people_are_checked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Also whether they fit together: a loop of proxies, a manager who is not there."""
    write(tmp_path, people="people:\n  ann: { proxy: bob }\n  bob: { proxy: ann, manager: zoe }\n")
    assert 1 == run(["check", str(tmp_path)])
    out = capsys.readouterr().out
    assert "people.yaml:2:17: error proxy_loop" in out
    assert "people.yaml:3:31: error unknown_person" in out


def test_files_of_other_programs_are_a_doubt_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Beside ours; alone they are nothing to check, and a file that looks like ours is an error."""
    write(tmp_path, p=GOOD, f=FORM, other="version: 3\nservices: {}\n")
    assert 0 == run(["check", str(tmp_path)])
    assert "other.yaml:1:1: warning unknown_key" in capsys.readouterr().out
    assert 1 == run(["check", str(tmp_path / "other.yaml")])
    write(tmp_path, typo="proces: q\nnodes: {}\n")
    assert 1 == run(["check", str(tmp_path)])


def test_a_failed_scenario_is_told_where_it_failed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The line is that of the step; which nodes and edges were covered is told in any case."""
    write(tmp_path, p=GOOD, f=FORM, s="scenario: s\nprocess: p\nstart: {}\nsteps:\n  - expect: { ended: done }\n")
    assert 1 == run(["test", str(tmp_path)])
    out = capsys.readouterr().out
    assert "s.yaml:5: FAILED s (step 1)" in out
    assert "coverage of p: 0/1 nodes, 0/1 edges" in out


def test_values_of_the_wrong_shape_in_a_scenario_are_said_where_they_stand(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A map where a map is needed, pairs where pairs are: said before anything runs."""
    steps = "steps:\n  - expect: { order: [[a]] }\n  - expect: { assigned: [a] }\n  - message: { with: {} }\n"
    write(tmp_path, p=GOOD, f=FORM, s=f"scenario: s\nprocess: p\n{steps}")
    assert 1 == run(["check", str(tmp_path), "--json"])
    found = json.loads(capsys.readouterr().out)
    assert [(row["code"], row["line"]) for row in found] == [("bad_scenario", line) for line in (4, 5, 6)]


def test_what_is_wrong_with_a_whole_file_is_said_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """However many processes stand in it."""
    process = "{ waystation: 1, process: NAME, nodes: { t: { kind: task, assign: [{ user: ann }], next: end } } }"
    lines = ["processes:", *(f"  - {process.replace('NAME', name)}" for name in "ab"), "people: { ann: [] }", "  x: 3"]
    (tmp_path / "file.yaml").write_text("\n".join(lines), "utf-8")
    assert run(["check", str(tmp_path)]) == 1
    assert capsys.readouterr().out.count("error syntax") == 1
