"""A page in a real browser, as its reader sees and uses it."""

import io
import shutil
from contextlib import contextmanager

import numpy as np
from machine import needs_program
from PIL import Image
from playwright.sync_api import Error, sync_playwright
from waiting import wait_until


@contextmanager
def chromium():
    """Yield Debian's Chromium; skip the test that runs where there is none."""
    needs_program("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        yield browser
        browser.close()


class Shown:
    """A page, what it asked for, and what went wrong in it.

    Args:
        page: Playwright's.
    """

    def __init__(self, page):
        self.page = page
        self.requests, self.errors = [], []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", self._hear)

    def _hear(self, message):
        # That a recorded page's scripts are not run is what it should say.
        if message.type == "error" and "Blocked script execution" not in message.text:
            self.errors.append(message.text)

    def open(self, url):
        self.page.goto(url)
        self.until(self._is_built)
        return self

    def _is_built(self):
        try:
            return self.page.evaluate("document.documentElement.dataset.built") == "yes"
        except Error:  # the page leads on to another
            return False

    def until(self, condition):
        """Wait for what is true soon; the page's policy forbids Playwright's own way."""

        def met():
            self.page.wait_for_timeout(20)  # its events come in meanwhile
            return condition()

        return wait_until(met)

    def find(self, selector, text=None):
        """Return the first element of a selector, with a text, that is to be seen."""
        return self.page.locator(selector, has_text=text).locator("visible=true").first

    def button(self, name):
        return self.page.get_by_role("button", name=name, exact=True).first

    def go(self, section):
        """Click on a section's name in the bar above; it is in the screen then."""
        self.page.locator(".links a", has_text=section).first.click()
        self.settle()

    def settle(self):
        """Wait until all that is asked for has been drawn."""
        self.page.evaluate(
            "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
        )
        self.page.wait_for_timeout(60)

    def pixels(self, selector):
        """Return what an element looks like: uint8, shape (H, W, 3)."""
        locator = self.find(selector) if isinstance(selector, str) else selector
        locator.scroll_into_view_if_needed()
        self.settle()
        return np.asarray(Image.open(io.BytesIO(locator.screenshot())).convert("RGB"))

    def count(self, selector, color, near=40):
        """Return how many pixels of an element are of a color."""
        pixels = self.pixels(selector).astype(int)
        return int((np.abs(pixels - np.array(color)).max(axis=-1) <= near).sum())


def drag(page, locator, start, end):
    """Drag the pointer over an element, between two places in fractions of its sides."""
    locator.scroll_into_view_if_needed()
    box = locator.bounding_box()
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in (start, end)]
    page.mouse.move(*places[0])
    page.mouse.down()
    page.mouse.move(*places[1], steps=8)
    page.mouse.up()
