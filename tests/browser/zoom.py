"""A page at 400 % zoom of a screen of 1280 by 1024 pixels (WCAG 2.2, success criterion 1.4.10): what cannot be got at there."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

ZOOMED = (320, 256)
"""What is left of the screen, in pixels of CSS."""

_UNREACHABLE = """() => {
  const wanted = "a[href], button, input:not([type=hidden]), select, textarea, summary";
  const drawn = (part) => part.getClientRects().length && getComputedStyle(part).visibility === "visible";
  const found = [];
  if (document.documentElement.scrollWidth > innerWidth) found.push("the page scrolls sideways");
  const pressable = (part) => drawn(part) && !part.disabled && part.tabIndex >= 0;
  for (const part of [...document.querySelectorAll(wanted)].filter(pressable)) {
    part.focus();
    if (document.activeElement !== part) continue;
    part.scrollIntoView({ block: "center" });
    const seen = [part, ...(part.labels ?? [])].some((each) => {
      const { left, right, top, bottom } = each.getClientRects()[0];  // the first line of a link that breaks
      const x = (Math.max(left, 0) + Math.min(right, innerWidth)) / 2;
      const y = (Math.max(top, 0) + Math.min(bottom, innerHeight)) / 2;
      const hit = document.elementFromPoint(x, y);
      return left >= -1 && right <= innerWidth + 1 && each.contains(hit);
    });
    if (!seen) found.push(part.outerHTML.slice(0, 120));
  }
  return found;
}"""


def unreachable(page: Page) -> list[str]:
    """What can be pressed and is not seen when it has the focus on such a screen; whether the page is too wide for it."""
    page.set_viewport_size({"width": ZOOMED[0], "height": ZOOMED[1]})
    return [str(found) for found in page.evaluate(_UNREACHABLE)]
