"""What a page must never look like, as far as a program can tell: cut words, too wide, pale, two languages.

A page in English may show Chinese only where the server gave it as data, not where it gave both languages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Page, Response

_CHINESE = re.compile(r"[\u3400-\u9fff]+")
_NAMED_IN = re.compile(r"[A-Za-z]{2}")
#: Elements whose words do not fit them: with dots, without, or after so many lines.
_CUT = """() => {
    const found = []
    const shown = element => element.checkVisibility({checkOpacity: true, checkVisibilityCSS: true})
    for (const element of document.querySelectorAll('body *')) {
        const words = [...element.childNodes].some(one => one.nodeType === 3 && one.data.trim())
        if (!words || element.closest('.visually-hidden, .skip-link, .cm-editor') || !shown(element)) continue
        const style = getComputedStyle(element)
        const wide = style.overflowX !== 'visible' && !['auto', 'scroll'].includes(style.overflowX)
        const cut = wide && element.scrollWidth > element.clientWidth + 1
        const clamped = style.webkitLineClamp !== 'none' && element.scrollHeight > element.clientHeight + 2
        if (cut || clamped) found.push([element.textContent.trim(), element.title === element.textContent])
    }
    const pen = document.createElement('canvas').getContext('2d')
    for (const field of document.querySelectorAll('input[placeholder], textarea[placeholder]')) {
        if (field.value || !shown(field)) continue
        const style = getComputedStyle(field)
        pen.font = style.font
        const room = field.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight)
        const high = field.tagName === 'TEXTAREA' ? field.clientHeight / parseFloat(style.lineHeight) : 1
        const width = pen.measureText(field.placeholder).width
        if (width > room * Math.max(1, Math.floor(high)) + 1) found.push([field.placeholder, false])
    }
    return found
}"""
#: Words on the page that are not in a field of code: text, and what fields and pictures are called.
_WORDS = """() => {
    const found = []
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    while (walker.nextNode()) {
        const at = walker.currentNode.parentElement
        const words = walker.currentNode.data.trim()
        const other = at.closest('script, style, textarea, [lang]:not(html)')
        if (words && at.checkVisibility() && !other) found.push(words)
    }
    for (const one of document.querySelectorAll('[aria-label], [placeholder], [title]'))
        for (const name of ['aria-label', 'placeholder', 'title'])
            if (one.getAttribute(name) && !one.closest('[lang]:not(html)')) found.push(one.getAttribute(name))
    return found
}"""
_WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
#: A dialogue lies over the page, and has its own main thing.
_PRIMARY = """() => {
    const above = document.querySelector('.ant-modal-wrap:not([style*="none"]), .ant-drawer-open')
    return [...(above ?? document).querySelectorAll('.ant-btn-primary')].filter(one => one.checkVisibility()).length
}"""
_AXE = """async () => (await axe.run(document, {resultTypes: ['violations']})).violations
    .filter(v => ['serious', 'critical'].includes(v.impact))
    .map(v => `${v.id}: ${v.nodes.map(n => n.html.slice(0, 160)).slice(0, 3).join(' | ')}`)"""


@dataclass(slots=True)
class Served:
    """What the server gave to a page: sentences in both languages, and everything else."""

    pairs: dict[str, str] = field(default_factory=dict)
    data: set[str] = field(default_factory=set)

    def listen(self, page: Page) -> None:
        # A bound method of a class with slots is none that Playwright can take.
        page.on("response", lambda response: self._keep(response))  # noqa: PLW0108

    def add(self, answer: Any) -> None:
        """Everything that an answer says."""
        for zh, en in _sentences(answer):
            if en is None:
                self.data.add(zh)
            elif zh != en:
                self.pairs[zh] = en

    def gave(self, words: str) -> bool:
        """Whether these words are data: how long they are is not ours to say, if they are whole somewhere."""
        return words in self.data or words in self.pairs or words in self.pairs.values()

    def _keep(self, response: Response) -> None:
        if "/api/v1/" not in response.url or "json" not in response.headers.get("content-type", ""):
            return
        try:
            self.add(response.json())
        except Exception:  # noqa: BLE001 - a page that is left takes its answers along; there is nothing to read then
            return


def _sentences(answer: Any) -> Iterator[tuple[str, str | None]]:
    """Texts of an answer: (zh, en) where it has both, (text, None) where it is data."""
    if isinstance(answer, str):
        yield answer, None
    elif isinstance(answer, list):
        for one in answer:
            yield from _sentences(one)
    elif isinstance(answer, dict):
        done: set[str] = set()
        for key, value in answer.items():
            head, _, language = key.rpartition("_") if key not in ("zh", "en") else ("", "", key)
            other = f"{head}_en" if head else "en"
            if language == "zh" and isinstance(value, str) and isinstance(answer.get(other), str) and answer[other]:
                yield value, answer[other]
                done |= {key, other}
        for key, value in answer.items():
            if key not in done:
                yield key, None
                yield from _sentences(value)


def other_language(words: list[str], language: str, served: Served) -> list[str]:
    """Words of a page that are in the language which its user has not chosen, and are no data."""
    if language == "zh":
        english = {en: zh for zh, en in served.pairs.items() if not _CHINESE.search(en) and " " in en}
        return [word for word in words if word in english and word not in served.data]
    # A sentence that the server gave in English may name people and cases as they are called.
    known = "\n".join([*served.data, *(en for en in served.pairs.values() if _NAMED_IN.search(en))])
    runs = [(word, run) for word in words for run in _CHINESE.findall(word)]
    return [word for word, run in runs if run not in known]


def faults(page: Page, language: str, served: Served, axe: str) -> list[str]:
    """Everything that is wrong with the page as it is shown now, a line each."""
    cut = page.evaluate(_CUT)
    found = [f"cut: {words[:80]}" for words, titled in cut if not (titled and served.gave(words))]
    wider = page.evaluate(_WIDER)
    if wider > 0:
        found.append(f"{wider} px wider than the window")
    if (primary := page.evaluate(_PRIMARY)) > 1:
        found.append(f"{primary} primary buttons")
    found += [f"language: {words}" for words in other_language(page.evaluate(_WORDS), language, served)]
    page.evaluate(axe)
    return found + [f"axe {said}" for said in page.evaluate(_AXE)]
