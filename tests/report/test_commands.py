"""`viz report` on the command line, and a report in a notebook."""

import subprocess
import sys
from html.parser import HTMLParser

import numpy as np
import pytest
from PIL import Image
from shown_page import Page

import viz_core
import viz_report
from viz_report import Report, write_report


@pytest.fixture
def run(tmp_path):
    with viz_core.Visualizer(
        vis_backends=[{"type": "LocalVisBackend"}], save_dir=tmp_path / "run"
    ) as visualizer:
        visualizer.add_scalar("loss", 0.5, step=1)
        visualizer.add_image("a", np.zeros((4, 4, 3), np.uint8), step=1)
    return tmp_path / "run"


@pytest.fixture(scope="module")
def viz():
    def viz(*arguments, folder):
        command = [sys.executable, "-m", "viz_core", *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, cwd=folder, timeout=120)

    return viz


def test_report_writes_a_file_and_says_where(viz, run, tmp_path):
    done = viz("report", "run", "-o", "new/page.html", "--title", "mine", folder=tmp_path)
    path = tmp_path / "new/page.html"
    size = f"{path.stat().st_size / 1e6:.1f} MB"
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{path} ({size})\n", "")
    assert Page(path).data["title"] == "mine"
    assert Page(path).run()["scalars"]["loss"]["values"] == [0.5]


def test_report_says_what_is_wrong_in_a_line(viz, tmp_path):
    done = viz("report", "nothing", folder=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith("viz report: there is no run in ")
    done = viz("report", folder=tmp_path)
    assert done.returncode == 2
    assert "usage: viz report [-h]" in done.stderr


def test_report_says_what_is_left_out(run, tmp_path, capsys):
    from viz_report.cli import report

    rng = np.random.default_rng(0)
    for step in range(20):
        noise = rng.integers(0, 256, (300, 300, 3), np.uint8)
        Image.fromarray(noise).save(run / f"vis_data/vis_image/noise_{step}.png")
    assert report([str(run), "-o", str(tmp_path / "r.html"), "--max-mb", "1"]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("left out: images noise: ")
    assert second.startswith(str(tmp_path / "r.html"))
    assert report([str(run), "-o", str(tmp_path / "r.html"), "--max-mb", "0.1"]) == 1
    assert "max_mb=0.1 leaves no room" in capsys.readouterr().err


def test_a_folder_of_several_runs_is_told_to_show_one(tmp_path, capsys):
    from viz_report.cli import report

    for name in "ab":
        with viz_core.Visualizer(
            vis_backends=[{"type": "LocalVisBackend"}], save_dir=tmp_path / name
        ) as visualizer:
            visualizer.add_scalar("loss", 0.5, step=1)
    page = ["-o", str(tmp_path / "r.html")]
    assert report([str(tmp_path), *page]) == 0
    said = capsys.readouterr().err
    assert said.startswith(f"{tmp_path} has 2 runs, of which the last by name is shown; all are by")
    assert said.endswith(f" viz report {tmp_path}/*\n")
    assert Page(tmp_path / "r.html").data["title"] == "b"
    for runs in ([tmp_path / "a", tmp_path / "b"], [tmp_path / "a/vis_data"]):
        assert report([*map(str, runs), *page]) == 0
        assert capsys.readouterr().err == ""


def framed(html):
    """Return the frame of a notebook's output, with its attributes as a browser reads them."""
    frames = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag, attributes):
            frames.append((tag, dict(attributes)))

    Reader().feed(html)
    ((tag, attributes),) = frames
    assert tag == "iframe"
    return attributes


def test_a_notebook_shows_the_page_in_a_frame(run, tmp_path):
    shown = Report(run)
    assert repr(shown) == f"Report({run!r})"
    frame = framed(shown._repr_html_())
    assert frame["sandbox"] == "allow-scripts allow-downloads"
    (tmp_path / "framed.html").write_text(frame["srcdoc"])
    page = Page(tmp_path / "framed.html")
    assert page.run()["scalars"]["loss"]["values"] == [0.5]
    assert page.policy()["default-src"] == ["'none'"]
    assert shown.save(tmp_path / "saved.html", max_mb=2).path == tmp_path / "saved.html"


def test_a_notebook_keeps_five_megabytes_at_most(run):
    rng = np.random.default_rng(0)
    for step in range(30):
        noise = rng.integers(0, 256, (300, 300, 3), np.uint8)
        Image.fromarray(noise).save(run / f"vis_data/vis_image/noise_{step}.png")
    html = Report(run)._repr_html_()
    assert 1e6 < len(html) < 5e6


def test_what_is_public_is_listed():
    assert sorted(n for n in dir(viz_report) if n[:2] != "__") == sorted(viz_report.__all__)
    assert viz_report.write_report is write_report
