import numpy as np
import pytest
from browsing import Shown
from matplotlib.figure import Figure
from page_data import CAT, FIRST_RUN

from viz_core import Visualizer
from viz_report.report import Report, write_report


def record(folder):
    """Record a short training: all that a page shows, by what users call."""
    visualizer = Visualizer(vis_backends=[dict(type="LocalVisBackend")], save_dir=str(folder))
    visualizer.add_config({"optimizer": {"type": "SGD", "lr": 0.1}})
    image = np.full((100, 200, 3), 128, np.uint8)
    for step in range(1, 4):
        visualizer.add_scalars({"train/loss": 1 / step, "val/mAP": step / 4}, step=step)
        box = np.array([[20.0 * step, 20, 20.0 * step + 40, 60]])
        truth = {"bboxes": np.array([[20.0, 20, 60, 60]]), "labels": np.array([0])}
        found = {"bboxes": box, "labels": np.array([0]), "scores": np.array([0.9])}
        visualizer.add_annotations("val/a", image, truth, found, step=step, classes=["cat"])
        visualizer.add_image(
            "train/batch", np.full((50, 50, 3), (0, 0, 80 * step), np.uint8), step=step
        )
        visualizer.add_histogram("weights", np.linspace(-step, step, 100), step=step)
    visualizer.add_table("val/ap", ["class", "AP"], [["cat", 0.5]], step=3)
    visualizer.add_text("notes", "It **works**.", step=3)
    visualizer.add_confusion_matrix("val/cm", np.array([[3, 1], [0, 4]]), ["cat", "dog"], step=3)
    visualizer.add_pr_curve("val/pr", np.array([0, 1, 1]), np.array([0.1, 0.4, 0.9]), step=3)
    film = np.zeros((4, 32, 32, 3), np.uint8)
    film[..., 1] = 200
    visualizer.add_video("film", film, step=3)
    visualizer.add_html("page", "<p>by hand</p>", step=3)
    figure = Figure(figsize=(2, 2), facecolor=(1, 0, 0))
    visualizer.add_figure("val/figure", figure, step=3)
    notes = folder.parent / "notes.txt"
    notes.write_text("a file")
    visualizer.add_file(notes)
    visualizer.add_hparams({"lr": 0.1}, {"mAP": 0.75})
    visualizer.close()


def left_of_box(pixels):
    """Return the left end of a cat's box, in pixels of the image."""
    is_cat = (np.abs(pixels.astype(int) - CAT).max(axis=-1) <= 30).any(axis=0)
    return np.flatnonzero(is_cat)[0] * 200 / pixels.shape[1]


def test_what_users_record_is_on_the_page(show, tmp_path):
    record(tmp_path / "run")
    write_report([tmp_path / "run"], tmp_path / "report.html")
    shown = show(tmp_path / "report.html")
    assert shown.count('#curves article[aria-label="train/loss"] canvas', FIRST_RUN) > 50
    assert "SGD" in shown.find(".tree").inner_text()
    assert shown.find(".numbers").inner_text().split() == ["lr", "0.1"]
    for section, text in (
        ("Samples", "prediction 1"),
        ("Images", "batch"),
        ("Tables", "0.5"),
        ("Histograms", "weights"),
        ("PR curves", "area"),
        ("Confusion", "87.5 %"),
        ("Texts", "It works."),
        ("Videos", "film"),
        ("HTML", "page"),
        ("Files", "notes.txt"),
    ):
        shown.go(section)
        body = shown.find(f"section:has(h2:text('{section}'))")
        shown.until(lambda body=body, text=text: text in body.inner_text())
    shown.button("Labels").click()
    panes = shown.page.locator("#samples .pane .frame")
    assert left_of_box(shown.pixels(panes.nth(1))) == pytest.approx(60, abs=1.5)
    shown.page.keyboard.press("Home")
    assert left_of_box(shown.pixels(panes.nth(1))) == pytest.approx(20, abs=1.5)
    shown.go("Images")
    assert shown.pixels("#images img")[50, 50].tolist() == [0, 0, 80]
    shown.page.keyboard.press("End")
    figure = shown.pixels('#images article[aria-label="val/figure"] img')
    assert figure[50, 50].tolist() == [255, 0, 0]
    shown.go("Videos")
    film = shown.find("#videos .whole")
    shown.until(lambda: shown.pixels(film)[20, 20, 1] > 150)
    assert shown.page.frame_locator("#html iframe").locator("p").inner_text() == "by hand"


def test_images_beside_the_page_are_shown_from_their_folder(browser, tmp_path):
    record(tmp_path / "run")
    write_report([tmp_path / "run"], tmp_path / "report.html", assets=tmp_path / "images")
    shown = Shown(browser.new_context(viewport={"width": 1280, "height": 900}).new_page())
    shown.open((tmp_path / "report.html").as_uri())
    shown.go("Images")
    assert shown.pixels("#images img")[50, 50].tolist() == [0, 0, 240]
    shown.button("Labels").click()
    assert shown.count(shown.page.locator("#samples .pane .frame").first, CAT) > 50
    shown.page.context.close()
    assert shown.errors == []
    asked = {
        url.removeprefix(tmp_path.as_uri()).split("/")[1]
        for url in shown.requests
        if "data:" not in url
    }
    assert asked == {"report.html", "images"}


def test_in_a_notebook_it_is_drawn_in_its_frame(show, tmp_path):
    record(tmp_path / "run")
    notebook = tmp_path / "notebook.html"
    frame = Report(tmp_path / "run")._repr_html_()
    notebook.write_text(f"<!DOCTYPE html><html data-built=yes><body>{frame}</body></html>")
    shown = show(notebook)
    inside = shown.page.frame_locator("iframe")
    chart = inside.locator('#curves article[aria-label="train/loss"] canvas')
    shown.until(lambda: chart.count() == 1)
    assert shown.count(chart, FIRST_RUN) > 50
    inside.get_by_role("button", name="Previous step").click()
    assert inside.locator("#dock output").inner_text() == "step 2"
    inside.locator(".links a", has_text="Samples").click()
    frame = inside.locator("#samples .pane .frame").nth(1)
    shown.until(lambda: frame.is_visible())
    inside.get_by_role("button", name="Labels").click()
    assert left_of_box(shown.pixels(frame)) == pytest.approx(40, abs=1.5)
    shown.until(lambda: inside.locator(".links a[aria-current]").inner_text() == "Samples")
