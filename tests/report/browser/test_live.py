"""A live page: by a server that answers what the test puts there, and by `viz view`."""

import json
import subprocess
import sys
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
from browsing import Shown
from page_data import FIRST_RUN, SECOND_RUN, boxes, curve, data, run, sample

from viz_core import Visualizer
from viz_report.assembly import page_html


class Server(ThreadingHTTPServer):
    """Serves a page, and to each question after it what is next in `answers`, else nothing new."""

    daemon_threads = True

    def __init__(self, page):
        super().__init__(("127.0.0.1", 0), Handler)
        self.page, self.answers, self.cursors = page, [], []

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/"


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        if not self.path.startswith("/data"):
            self.reply(page_html(self.server.page), "text/html; charset=utf-8")
            return
        self.server.cursors.append(self.path)
        answers = self.server.answers
        answer = answers.pop(0) if answers else {"cursor": "same", "runs": [], "blobs": {}}
        self.reply(json.dumps(answer), "application/json")

    def reply(self, text, kind):
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *arguments):
        pass


@contextmanager
def served(page):
    server = Server(page)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def live(browser):
    """Open the live page of runs; return what is shown, and its server."""
    opened = []

    @contextmanager
    def live(*runs):
        with served(data(*runs, live=True, cursor="0")) as server:
            shown = Shown(browser.new_context(viewport={"width": 1280, "height": 900}).new_page())
            opened.append(shown)
            yield shown.open(server.url), server
            shown.page.context.close()

    yield live
    for shown in opened:
        assert [error for error in shown.errors if "net::ERR_" not in error] == []


def text(shown, selector):
    return shown.find(selector).inner_text()


READING = '#curves article[aria-label="loss"] .legend'


def test_new_points_lengthen_a_curve_and_what_the_reader_chose_stays(live):
    with live(run(scalars={"loss": curve([3.0, 2.0])}, config={"model": {"a": {"b": 1}}})) as (
        shown,
        server,
    ):
        shown.page.locator(".tree summary").nth(1).click()
        shown.button("Log scale").click()
        more = {"steps": [20, 30], "values": [1.5, 1.25], "times": [1020.0, 1030.0], "of": 4}
        server.answers.append({"cursor": "1", "runs": [run(scalars={"loss": more})], "blobs": {}})
        shown.until(lambda: text(shown, READING) == "1.25")
        over = shown.page.locator("#curves .u-over")
        over.hover(position={"x": over.bounding_box()["width"] - 1, "y": 50})
        shown.until(lambda: text(shown, "#curves .where") == "step 30")
        assert shown.button("Log scale").get_attribute("aria-pressed") == "true"
        assert shown.page.locator(".tree .leaf", has_text="b").is_visible()
        shown.until(lambda: any("cursor=1" in asked for asked in server.cursors))


def test_what_is_pointed_at_stays_while_a_curve_grows(live):
    with live(run(scalars={"loss": curve([5.0] * 20)})) as (shown, server):
        over = shown.page.locator("#curves .u-over")
        over.hover(position={"x": over.bounding_box()["width"] / 2, "y": 50})
        shown.until(lambda: shown.find("#curves .where").is_visible())
        more = {"steps": [200], "values": [5.0], "times": [1200.0], "of": 21}
        server.answers.append({"cursor": "1", "runs": [run(scalars={"loss": more})], "blobs": {}})
        chart = shown.find("#curves .chart")
        shown.until(lambda: "21 points" in chart.get_attribute("aria-label"))
        shown.settle()
        assert text(shown, "#curves .where").startswith("step ")


def test_a_reader_at_the_last_step_follows_and_one_before_it_stays(live):
    def found(step):
        return run(annotations={"a": [sample(step, boxes(("cat", 20, 20, 60, 60)), None)]})

    first = found(10)
    first["annotations"]["a"] += found(20)["annotations"]["a"]
    with live(first) as (shown, server):
        server.answers.append({"cursor": "1", "runs": [found(30)], "blobs": {}})
        shown.until(lambda: text(shown, "#dock output") == "step 30")
        shown.page.keyboard.press("Home")
        server.answers.append({"cursor": "2", "runs": [found(40)], "blobs": {}})
        slider = shown.page.get_by_role("slider", name="Step", exact=True)
        shown.until(lambda: slider.get_attribute("max") == "3")
        assert text(shown, "#dock output") == "step 10"


def test_new_names_kinds_and_runs_appear(live):
    with live(run()) as (shown, server):
        assert "Nothing has been recorded yet." in text(shown, "header")
        image = {"step": 1, "image": "new", "width": 200, "height": 100}
        new = run(scalars={"loss": curve([2.0, 1.0])}, images={"a": [image]})
        blobs = {"new": data()["blobs"]["blue"]}
        server.answers.append({"cursor": "1", "runs": [new], "blobs": blobs})
        shown.until(lambda: shown.page.locator("#curves canvas").count() == 1)
        assert "Nothing has been recorded yet." not in text(shown, "header")
        shown.go("Images")
        assert shown.pixels("#images img")[50, 50].tolist() == [0, 0, 255]
        second = run("second", scalars={"loss": curve([5.0, 6.0]), "lr": curve([0.1])})
        server.answers.append({"cursor": "2", "runs": [second], "blobs": {}})
        shown.until(lambda: shown.page.locator("#curves article").count() == 2)
        shown.go("Curves")
        chart = '#curves article[aria-label="loss"] canvas'
        shown.until(lambda: shown.page.locator(chart).count() == 1)
        assert shown.count(chart, SECOND_RUN) > 50
        assert shown.count(chart, FIRST_RUN) > 50


def test_a_run_made_anew_replaces_the_old_one(live):
    with live(run(scalars={"loss": curve([9.0, 8.0]), "old": curve([1.0])})) as (shown, server):
        anew = run(scalars={"loss": curve([5.0])}, reset=True)
        server.answers.append({"cursor": "1", "runs": [anew], "blobs": {}})
        shown.until(lambda: shown.page.locator("#curves article").count() == 1)
        shown.until(lambda: text(shown, READING) == "5")


def test_a_curve_that_grows_for_hours_keeps_its_ends_and_its_peaks(live):
    with live(run(scalars={"loss": curve([-1.0])})) as (shown, server):
        count = 20_000
        values = [None if step % 2 else -1.0 for step in range(count)]
        values[7776] = -0.5
        more = {
            "steps": list(range(10, count + 10)),
            "values": values,
            "times": None,
            "of": count + 1,
        }
        server.answers.append({"cursor": "1", "runs": [run(scalars={"loss": more})], "blobs": {}})
        label = '#curves article[aria-label="loss"] .chart'
        shown.until(
            lambda: "20,001 points" in (shown.find(label).get_attribute("aria-label") or "")
        )
        assert "from -1 to -0.5" in shown.find(label).get_attribute("aria-label")
        kept = shown.page.evaluate("viz.data.runs[0].scalars.loss.steps.length")
        assert kept <= 4000


def test_a_server_that_is_gone_is_said(live):
    with live(run(scalars={"loss": curve([1.0])})) as (shown, server):
        assert text(shown, "#status") == "live"
        server.server_close()
        server.shutdown()
        shown.until(lambda: text(shown, "#status") == "disconnected")
        assert text(shown, READING) == "1"


@contextmanager
def viewed(folder):
    """Run `viz view` on a folder; yield its address."""
    command = [sys.executable, "-m", "viz_core", "view", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def test_a_run_is_followed_while_it_is_written(browser, tmp_path):
    with Visualizer(
        vis_backends=[{"type": "LocalVisBackend"}], save_dir=tmp_path / "run"
    ) as visualizer:
        visualizer.add_scalar("loss", 2.0, step=0)
        with viewed(tmp_path / "run") as url:
            shown = Shown(browser.new_context(viewport={"width": 1280, "height": 900}).new_page())
            shown.open(url)
            assert text(shown, READING) == "2"
            assert "being written" in text(shown, "header")
            visualizer.add_scalar("loss", 1.5, step=1)
            shown.until(lambda: text(shown, READING) == "1.5")
            visualizer.add_image("a", np.full((50, 50, 3), (0, 0, 255), np.uint8), step=1)
            shown.until(lambda: shown.page.locator("#images img").count() == 1)
            shown.go("Images")
            assert shown.pixels("#images img")[50, 50].tolist() == [0, 0, 255]
            script = "<script>document.body.textContent = 'ran'</script>"
            visualizer.add_html("page", f"<p>hello</p>{script}", step=1)
            shown.until(lambda: shown.page.locator("#html a").count() == 1)
            with shown.page.context.expect_page() as opened:
                shown.find("#html a", "Open alone").click()
            assert opened.value.locator("body").inner_text() == "hello"
            shown.page.context.close()
    # The page that only sets the cookie has no icon.
    assert [error for error in shown.errors if "404" not in error] == []
    assert {url.split("/")[2] for url in shown.requests if url.startswith("http")} == {
        url.split("/")[2]
    }
