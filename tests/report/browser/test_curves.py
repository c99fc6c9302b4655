import math
from itertools import pairwise

import pytest
from browsing import drag
from page_data import FIRST_RUN, SECOND_RUN, curve, data, run

FALLING = [100 / (i + 1) for i in range(100)]
RISING = [float(i) for i in range(100)]
NOISY = [50 + 40 * (-1) ** i for i in range(100)]


def two_runs(**scalars):
    scalars = scalars or {"train/loss": FALLING, "train/acc": RISING, "val/acc": RISING}
    of = {name: curve(values) for name, values in scalars.items()}
    other = {name: curve([v + 30 for v in values]) for name, values in scalars.items()}
    return data(run("first", scalars=of), run("second", scalars=other))


def card(name):
    return f'#curves article[aria-label="{name}"]'


def test_a_curve_is_drawn_in_the_color_of_its_run(show):
    shown = show(two_runs())
    chart = f"{card('train/loss')} canvas"
    assert shown.count(chart, FIRST_RUN) > 100
    assert shown.count(chart, SECOND_RUN) > 100


def test_the_last_value_is_written_and_at_the_pointer_the_one_there_in_all_charts(show):
    shown = show(data(run(scalars={"train/loss": curve(RISING), "train/acc": curve(FALLING)})))
    reading = shown.find(f"{card('train/loss')} .legend")
    assert reading.inner_text() == "99"
    over = shown.page.locator(f"{card('train/loss')} .u-over")
    over.hover(position={"x": over.bounding_box()["width"] / 2, "y": 50})
    where = [shown.find(f"{card(name)} .where") for name in ("train/loss", "train/acc")]
    shown.until(lambda: where[0].is_visible() and where[0].inner_text().startswith("step "))
    assert where[0].inner_text() == where[1].inner_text()
    at = int(where[0].inner_text().removeprefix("step ")) // 10
    assert 40 < at < 60
    assert reading.inner_text() == str(at)
    assert float(shown.find(f"{card('train/acc')} .legend").inner_text()) == round(FALLING[at], 3)


def test_a_drag_zooms_all_charts_and_a_double_click_goes_back(show):
    shown = show(two_runs())
    before = shown.pixels(f"{card('val/acc')} canvas")
    over = shown.page.locator(f"{card('train/loss')} .u-over")
    drag(shown.page, over, (0.25, 0.5), (0.5, 0.5))
    zoomed = shown.find("#curves .toolbar button", "show all")
    low, high = (int(v) for v in zoomed.inner_text().split(" · ")[0][6:].split(" to "))
    assert 200 < low < 300
    assert 450 < high < 550
    assert (shown.pixels(f"{card('val/acc')} canvas") != before).any()
    over.dblclick()
    shown.until(lambda: not zoomed.is_visible())
    shown.page.mouse.move(5, 5)
    assert (shown.pixels(f"{card('val/acc')} canvas") == before).all()


def test_a_log_scale_makes_a_straight_line_of_what_falls_by_tenths(show):
    values = [10.0 ** (-i / 10) for i in range(60)]
    shown = show(data(run(scalars={"loss": curve(values)})))
    chart = f"{card('loss')} canvas"

    def bend():
        """How far the middle of the line lies from the middle of its ends, of its height."""
        pixels = shown.pixels(chart).astype(int)
        line = abs(pixels - FIRST_RUN).max(axis=-1) <= 60
        columns = [x for x in range(line.shape[1]) if line[:, x].any()]
        left, middle, right = (
            line[:, columns[round(part * (len(columns) - 1))]].nonzero()[0].mean()
            for part in (0.02, 0.5, 0.98)
        )
        return abs((left + right) / 2 - middle) / abs(right - left)

    assert bend() > 0.3
    shown.button("Log scale").click()
    assert bend() < 0.08


def test_smoothing_is_a_debiased_average(show):
    shown = show(data(run(scalars={"loss": curve(NOISY)})))
    slider = shown.page.get_by_role("slider", name="Smoothing")
    slider.focus()
    slider.press("End")
    for _ in range(9):
        slider.press("ArrowLeft")
    assert shown.find("#curves .slider output").inner_text() == "0.90"
    over = shown.page.locator(f"{card('loss')} .u-over")
    over.hover(position={"x": 1, "y": 50})
    reading = shown.find(f"{card('loss')} .legend")
    shown.until(lambda: reading.inner_text() == "90")  # the first value, not a tenth of it
    average = known = 0
    for value in NOISY:
        average, known = 0.9 * average + 0.1 * value, 0.9 * known + 0.1
    over.hover(position={"x": over.bounding_box()["width"] - 1, "y": 50})
    shown.until(lambda: math.isclose(float(reading.inner_text()), average / known, rel_tol=1e-3))


def test_by_time_the_pointer_says_when(show):
    shown = show(data(run(scalars={"loss": curve(RISING)})))
    shown.button("Time").click()
    over = shown.page.locator(f"{card('loss')} .u-over")
    over.hover(position={"x": over.bounding_box()["width"] - 1, "y": 50})
    where = shown.find(f"{card('loss')} .where")
    shown.until(lambda: where.is_visible() and where.inner_text() == "16 min 30 s")


def test_a_click_on_the_legend_hides_a_run_in_all_charts(show):
    shown = show(two_runs())
    charts = [f"{card(name)} canvas" for name in ("train/loss", "val/acc")]
    entry = shown.find(f"{card('train/loss')} .legend button", "first")
    entry.click()
    for chart in charts:
        assert shown.count(chart, FIRST_RUN) == 0
        assert shown.count(chart, SECOND_RUN) > 100
    shown.find(f"{card('train/loss')} .legend button", "first").click()
    assert shown.count(charts[1], FIRST_RUN) > 100


def test_a_group_can_be_folded_away(show):
    shown = show(two_runs())
    assert shown.find(card("train/loss")).is_visible()
    shown.find("#curves summary", "train").click()
    assert not shown.page.locator(card("train/loss")).is_visible()
    assert shown.page.locator(card("val/acc")).is_visible()


def test_names_are_searched_for(show):
    shown = show(two_runs())
    shown.page.get_by_role("searchbox", name="Search names").fill("ACC val")
    assert not shown.page.locator(card("train/loss")).is_visible()
    assert not shown.page.locator(card("train/acc")).is_visible()
    assert shown.page.locator(card("val/acc")).is_visible()
    shown.page.get_by_role("searchbox", name="Search names").fill("nowhere")
    assert shown.find("#curves .groups > p").inner_text() == "No name here has these words."


def test_five_thousand_names_are_drawn_as_they_are_scrolled_to(show):
    names = [f"group{i // 100}/loss{i % 100}" for i in range(5000)]
    shown = show(data(run(scalars={name: curve(RISING[:5]) for name in names})))
    assert 0 < shown.page.locator("#curves canvas").count() < 60
    shown.page.get_by_role("searchbox", name="Search names").fill("group49/loss99")
    chart = f"{card('group49/loss99')} canvas"
    shown.until(lambda: shown.page.locator(chart).count() == 1)
    assert shown.count(chart, FIRST_RUN) > 50
    assert shown.page.locator("#curves article").locator("visible=true").count() == 1


def test_what_is_not_finite_is_a_gap(show):
    shown = show(data(run(scalars={"loss": curve([1.0] * 10 + [None] * 80 + [1.0] * 10)})))
    line = shown.pixels(f"{card('loss')} canvas").astype(int)
    columns = (abs(line - FIRST_RUN).max(axis=-1) <= 60).any(axis=0).nonzero()[0]
    assert max(b - a for a, b in pairwise(columns)) > line.shape[1] / 2


def test_a_click_on_a_chart_goes_to_its_step(show):
    images = {"a": [{"step": s, "image": "gray", "width": 9, "height": 9} for s in (0, 500, 900)]}
    shown = show(data(run(scalars={"loss": curve(RISING)}, images=images)))
    assert shown.find("#dock output").inner_text() == "step 900"
    over = shown.page.locator(f"{card('loss')} .u-over")
    over.click(position={"x": over.bounding_box()["width"] * 0.7, "y": 50})
    assert shown.find("#dock output").inner_text() == "step 500"


@pytest.mark.parametrize("values", [[1.0], [None] * 400 + [1.0] + [None] * 400])
def test_a_point_without_a_neighbor_is_seen(show, values):
    shown = show(data(run(scalars={"loss": curve(values)})))
    point = abs(shown.pixels(f"{card('loss')} canvas").astype(int) - FIRST_RUN).max(axis=-1) <= 60
    columns = point.any(axis=0).nonzero()[0]
    assert len(columns)
    assert 0.4 < columns.mean() / point.shape[1] < 0.7


#: Keeps what is written on canvases, with the place where it stands.
KEEP_TEXTS = """
    const write = CanvasRenderingContext2D.prototype.fillText;
    window.written = [];
    CanvasRenderingContext2D.prototype.fillText = function (text, x, y) {
      window.written.push([text, x, y, this.measureText(text).width, this.canvas.width]);
      return write.call(this, text, x, y);
    };
"""

#: By what is tried: steps, values, and the labels of both axes.
LABELS = {
    "a constant rate": ([0, 90], [1e-5] * 2, "0 20 40 60 80", "0 0.5e-5 1e-5 1.5e-5 2e-5"),
    "a constant of zero": ([0, 90], [0] * 2, "0 20 40 60 80", "-1 -0.5 0 0.5 1"),
    "small differences": ([0, 1], [0.12345, 0.12346], "0 1", "0.12345 0.123455 0.12346"),
    "far from zero": ([0, 1], [1e8, 1e8 + 100], "0 1", "100M 100.00005M 100.0001M"),
    "beyond every unit": ([0, 1], [1e18, 2e18], "0 1", "1e18 1.5e18 2e18"),
    "one step": ([1000], [0.12], "1000", "0 0.1 0.2"),
    "two steps": ([1, 2], [-5, 5], "1 2", "-5 0 5"),
    "up to the end": ([1000, 2000], [0, 1], "1000 1200 1400 1600 1800 2000", "0 0.5 1"),
    "millions": ([0, 1_200_000], [0, 40_000], "0 0.5M 1M", "0 20k 40k"),
}


@pytest.mark.parametrize("case", LABELS)
def test_axes_say_what_their_ticks_are(show, case):
    steps, values, along, up = LABELS[case]
    scalars = {"loss": curve(values) | {"steps": steps}}
    shown = show(data(run(scalars=scalars)), script=KEEP_TEXTS)
    shown.until(lambda: shown.page.evaluate("written.length"))
    written = shown.page.evaluate("written")
    lowest = max(y for _, _, y, *_ in written)
    labels = {True: {}, False: {}}
    for text, x, y, width, room in written:
        labels[y == lowest][x if y == lowest else -y] = text
        left = x - width / 2 if y == lowest else x - width
        assert left >= 0, text
        assert left + width <= room, text
    assert [" ".join(of[at] for at in sorted(of)) for of in labels.values()] == [along, up]


@pytest.mark.parametrize(
    ("seconds", "apart", "labels"),
    [
        ([0, 30, 60, 90], 30, "0 30s 60s 90s"),
        ([0, 60, 120], 60, "0 1m 2m"),
        ([0, 1800, 3600, 5400, 7200], 1800, "0 0.5h 1h 1.5h 2h"),
        ([0, 86400, 172800], 86400, "0 1d 2d"),
    ],
)
def test_times_are_in_the_unit_of_the_last(show, seconds, apart, labels):
    shown = show(data(run(scalars={"loss": curve(RISING)})))
    assert " ".join(shown.page.evaluate(f"viz.tickTimes({seconds}, {apart})")) == labels


def test_long_names_of_runs_are_told_apart_by_their_ends(show):
    names = [f"faster_rcnn_resnet50_coco_{end}" for end in ("lr001", "lr002", "adam")]
    shown = show(data(*(run(name, scalars={"loss": curve(RISING)}) for name in names)))
    entries = shown.page.locator(f"{card('loss')} .legend .name").all_inner_texts()
    assert entries == ["…_lr001", "…_lr002", "…_adam"]
    assert shown.page.locator("#header h3").first.inner_text() == names[0]


def test_many_runs_leave_room_for_their_lines(show):
    runs = [run(f"a run with a long name {i}", scalars={"loss": curve(RISING)}) for i in range(30)]
    shown = show(data(*runs))
    shown.go("Curves")
    shown.until(lambda: shown.page.locator(f"{card('loss')} canvas").count() == 1)
    assert shown.find(card("loss")).bounding_box()["height"] < 400
    marks = shown.page.locator(f"{card('loss')} .legend .mark line").all()
    looks = [
        (mark.get_attribute("stroke"), mark.get_attribute("stroke-dasharray")) for mark in marks
    ]
    assert len(set(looks)) == 30
