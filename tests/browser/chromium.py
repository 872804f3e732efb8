"""The browser that tests look at pages with: the Chromium of the machine, through Playwright.

Where there is none the tests are skipped and say so; where `CI` is set that is a failure instead, so that a run that checked
no page cannot pass for one that did.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
"""Programs, the best first: Chromium without all that makes windows takes half of the processor's time."""

ARGUMENTS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser without a window. Skips the test, or in CI fails it, where the machine has none."""
    program = _program()
    try:
        from playwright.sync_api import sync_playwright  # noqa: PLC0415 -- an optional dependency
    except ImportError:
        _missing("Playwright is not installed: no page was looked at (pip install 'hailong[browser]')")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(ARGUMENTS))
        yield browser
        browser.close()


def kept(browser: Browser, folder: Path, **options: Any) -> BrowserContext:
    """A browser of its own, whose profile in `folder` outlives it: closed and opened again it is the same device."""
    made = browser.browser_type.launch_persistent_context(folder, executable_path=_program(), args=list(ARGUMENTS), **options)
    made.set_default_timeout(30_000)
    return made


def _program() -> str:
    program = next((found for name in NAMES if (found := shutil.which(name))), None)
    if program is None:
        _missing("Chromium is not installed: no page was looked at (apt-get install chromium-headless-shell)")
    return str(program)


def _missing(what: str) -> None:
    if os.environ.get("CI"):
        pytest.fail(what)
    pytest.skip(what)
