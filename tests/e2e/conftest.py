"""One running product for the tests that only use it; who stops or breaks one starts their own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.support.browser import browser
from tests.support.product import Product, up
from waystation.temporal_server import free_port


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The product, with its demo. Tests share it: each looks for its own cases, by names that it gave them."""
    with up(tmp_path_factory.mktemp("product") / "var", [free_port() for _ in range(3)]) as found:
        yield found


@pytest.fixture(scope="module")
def program() -> Iterator[Browser]:
    """A browser. Not for the session: while one is open, this thread can run no event loop of another test."""
    with browser() as found:
        yield found
