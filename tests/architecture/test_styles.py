"""Style sheets of the web name only colours that the palette has: any other would be drawn as chance has it."""

from __future__ import annotations

import re
from pathlib import Path

WEB = Path(__file__).parent.parent.parent / "web" / "src"
_CAPITAL = re.compile("[A-Z]")


def test_every_colour_of_a_style_is_one_of_the_palette() -> None:
    """`var(--ws-…)` is published from the palette, or set by a sheet itself."""
    sheets = "\n".join(path.read_text("utf-8") for path in sorted(WEB.rglob("*.css")))
    tokens = (WEB / "theme" / "tokens.ts").read_text("utf-8")
    palette = re.search(r"export const palette = \{(.+?)\n\}", tokens, re.DOTALL)
    assert palette is not None
    names = re.findall(r"^  (\w+):", palette[1], re.MULTILINE)
    published = {"--ws-" + _CAPITAL.sub(lambda letter: "-" + letter[0].lower(), name) for name in names}
    used = set(re.findall(r"var\((--ws-[\w-]+)", sheets))
    assert len(used & published) > 10
    assert set() == used - published - set(re.findall(r"(--ws-[\w-]+)\s*:", sheets))
