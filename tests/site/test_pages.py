"""The built site as its readers see it, in Chromium, at 1280 px and on a phone; `nox -s docs` runs this."""

from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from browsing import chromium

SITE = Path(__file__).parents[2] / "site"

#: What is wrong with a page; `whole` is whether its lines of code may not be broken.
WRONG = """whole => {
    const wrong = []
    const outside = document.documentElement.scrollWidth - innerWidth
    if (outside > 0) wrong.push(`the page is ${outside} px wider than the window`)
    if (document.querySelector(".md-content").innerText.includes("```")) wrong.push("a fence as text")
    for (const code of document.querySelectorAll(".md-content pre > code")) {
        const begins = code.innerText.slice(0, 60)
        if (code.scrollWidth > code.clientWidth) wrong.push(`cut: ${begins}`)
        for (const part of whole ? [code, ...code.querySelectorAll("span")] : [])
            part.style.whiteSpace = "pre"
        if (whole && code.scrollWidth > code.clientWidth) wrong.push(`broken lines: ${begins}`)
    }
    for (const image of document.images) {
        image.loading = "eager"
        if (!image.alt) wrong.push(`no alt text: ${image.src}`)
    }
    return Promise.all([...document.images].map(image => image.decode().catch(
        () => wrong.push(`does not load: ${image.src}`)))).then(() => wrong)
}"""


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def address():
    """Serve the site, as search works on no other."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=SITE)) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize("width", [1280, 390])
def test_pages_fit_and_their_images_load(browser, width):
    page = browser.new_page(viewport={"width": width, "height": 900})
    wrong, paths = {}, sorted(SITE.rglob("index.html"))
    for path in paths:
        page.goto(path.as_uri(), wait_until="domcontentloaded")
        if found := page.evaluate(WRONG, width == 1280):
            wrong[str(path.parent.relative_to(SITE))] = found
    page.close()
    assert len(paths) > 40
    assert wrong == {}


def test_search_finds_what_people_look_for(browser, address):
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    away = []
    page.on(
        "request", lambda r: r.url.startswith((address, "data:", "blob:")) or away.append(r.url)
    )
    for word in ("video", "legend", "histogram", "worst", "lightning"):
        page.goto(address)
        page.fill(".md-search__input", word)
        first = page.wait_for_selector(f".md-search-result__item:has-text('{word}')")
        assert first.evaluate("item => item.previousElementSibling === null"), word
    assert away == []
    page.close()
