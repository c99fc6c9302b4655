"""One browser for all tests of the page; each has a page of its own."""

from pathlib import Path

import pytest
from browsing import Shown, chromium

from viz_report.assembly import page_html


@pytest.fixture(scope="session")
def browser():
    with chromium() as browser:
        yield browser


@pytest.fixture
def show(browser, tmp_path):
    """Open a page with data, or a file; at the end nothing may have gone wrong or out in it.

    A `script` runs before those of the page.
    """
    opened = []

    def show(data, link="", script="", **context):
        path = data
        if not isinstance(data, Path):
            path = tmp_path / f"report{len(opened)}.html"
            path.write_text(page_html(data), "utf-8")
        context = {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"} | context
        shown = Shown(browser.new_context(**context).new_page())
        opened.append(shown)
        shown.page.add_init_script(script)
        shown.file = path.as_uri()
        return shown.open(f"{shown.file}{link}")

    yield show
    for shown in opened:
        shown.page.context.close()
        assert shown.errors == []
        away = [url for url in shown.requests if not url.startswith((shown.file, "data:", "blob:"))]
        assert away == []
