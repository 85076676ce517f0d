"""The documents say what is there: links lead somewhere, the two READMEs agree, commands exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from waystation.settings import Settings

ROOT = Path(__file__).parent.parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)#\s]+)(?:#[^)]*)?\)")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`([^`\n]+)`")
#: What an English guide says in Chinese beside it.
ASIDE = re.compile(r"^(\*\*摘要\*\*|[\u4e00-\u9fff`]).*[\u4e00-\u9fff].*\n", re.MULTILINE)
#: Most of a page; a README that must be scrolled through is not read.
ONE_SCREEN = 60


def read(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(document: Path) -> None:
    """A relative link names a file of the repository."""
    targets = [target for target in LINK.findall(document.read_text("utf-8")) if "://" not in target]
    assert [target for target in targets if not (document.parent / target).exists()] == []


def test_the_index_lists_every_document() -> None:
    """A document that the index does not name is not found by anybody."""
    index = {Path(target).name for target in LINK.findall(read("docs/README.md"))}
    assert sorted(path.name for path in ROOT.glob("docs/*.md") if path.name not in index | {"README.md"}) == []


def test_the_two_readmes_agree() -> None:
    """Same sections, same commands, same links, in both languages."""
    en, zh = read("README.md"), read("README.zh-CN.md")
    shells = [
        [line.partition("#")[0].rstrip() for line in code.splitlines()] for kind, code in FENCE.findall(en) if kind
    ]
    others = [
        [line.partition("#")[0].rstrip() for line in code.splitlines()] for kind, code in FENCE.findall(zh) if kind
    ]
    assert [len(code) for code in shells] == [len(code) for code in others]
    assert shells[1:] == others[1:]  # the first is the picture, which speaks its reader's language
    assert en.count("\n## ") == zh.count("\n## ")
    assert set(LINK.findall(en)) - {"README.zh-CN.md"} == set(LINK.findall(zh)) - {"README.md"}


@pytest.mark.parametrize("name", ["operations.md", "security.md", "api.md"])
def test_the_guides_agree_in_both_languages(name: str) -> None:
    """Same sections, items and rows, in the same order; every name, command, path and code of one is in the other."""
    en, zh = read(f"docs/{name}"), read(f"docs/zh/{name}")
    parts = [re.findall(r"^(?:## |- |\d+\. |\|(?=.*\|$)|```)", text, re.MULTILINE) for text in (en, zh)]
    assert parts[0] == parts[1]
    names = [set(CODE.findall(FENCE.sub("", text))) for text in (ASIDE.sub("", en), zh)]
    assert names[0] == names[1]
    assert [code for _, code in FENCE.findall(en)] == [code for _, code in FENCE.findall(zh)]
    ends = [{Path(target).name for target in LINK.findall(text)} for text in (en, zh)]
    assert ends[0] == ends[1]
    assert f"[中文](zh/{name})" in en
    assert f"[English](../{name})" in zh


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_the_readme_is_one_screen(name: str) -> None:
    """What it is, for whom, a picture, two commands, links."""
    assert read(name).count("\n") <= ONE_SCREEN


def test_every_command_that_documents_name_exists() -> None:
    """`make …` and `waystation …` in a document are commands one can run."""
    targets = set(re.findall(r"^([a-z-]+):", read("Makefile"), re.MULTILINE))
    prose = "\n".join(read(str(path.relative_to(ROOT))) for path in DOCUMENTS)
    assert set(re.findall(r"`make ([a-z-]+)`", prose)) <= targets


def test_every_setting_is_documented_with_its_default() -> None:
    """docs/settings.md has one row a variable, and no row for one that is gone."""
    rows = dict(re.findall(r"^\| `([A-Z_]+)` \| ([^|]+) \|", read("docs/settings.md"), re.MULTILINE))
    assert set(rows) == set(Settings.variables())
    for variable, field in Settings.variables().items():
        default = getattr(Settings(), field)
        assert default is None or rows[variable] == f"`{default}`"


def test_every_decision_is_listed_and_guarded() -> None:
    """A decision stands in the index and says what guards it."""
    index = read("docs/decisions/README.md")
    for page in ROOT.glob("docs/decisions/0*.md"):
        assert f"({page.name})" in index
        assert "**Guarded by.**" in page.read_text("utf-8")
