import numpy as np
import pytest
from browsing import drag
from page_data import CAT, DOG, boxes, data, run, run_lengths, sample, url

TRUTH = boxes(("cat", 20, 20, 60, 60))
#: The box of the prediction moves; the second object is a doubtful dog.
MOVING = [
    sample(
        step,
        TRUTH,
        boxes(("cat", x, 20, x + 40, 60), ("dog", 150, 60, 190, 90), scores=[0.9, 0.4]),
    )
    for step, x in ((10, 20), (20, 60), (30, 100))
]


@pytest.fixture
def moving(show):
    shown = show(data(run(annotations={"val/a": MOVING, "val/b": MOVING})))
    shown.go("Samples")
    return shown


def frame(side=0, name="val/a"):
    return f'#samples article[aria-label="{name}"] .pane >> nth={side} >> .frame'


def colored(shown, selector, color):
    """Return where a color is in a pane, as x1, y1, x2, y2 in the image's pixels; None if nowhere."""
    pixels = shown.pixels(shown.page.locator(selector)).astype(int)
    found = np.argwhere(np.abs(pixels - np.array(color)).max(axis=-1) <= 30)
    if not len(found):
        return None
    (y1, x1), (y2, x2) = found.min(axis=0), found.max(axis=0)
    scale = 200 / pixels.shape[1]
    return [round(float(v * scale)) for v in (x1, y1, x2 + 1, y2 + 1)]


def at(shown, selector, x, y):
    """Return the color at a place of the image."""
    pixels = shown.pixels(shown.page.locator(selector))
    scale = pixels.shape[1] / 200
    return pixels[round(y * scale), round(x * scale)].astype(int).tolist()


def is_near(shown, selector, x, y, color):
    """Return whether a color is at a place of the image, or beside it."""
    pixels = shown.pixels(shown.page.locator(selector)).astype(int)
    scale = pixels.shape[1] / 200
    row, column = round(y * scale), round(x * scale)
    around = pixels[row - 2 : row + 3, column - 2 : column + 3]
    return bool((np.abs(around - np.array(color)).max(axis=-1) <= 30).any())


def without_labels(shown):
    shown.button("Labels").click()


def test_boxes_lie_where_they_were_recorded(moving):
    without_labels(moving)
    for side, expected in ((0, [20, 20, 60, 60]), (1, [100, 20, 140, 60])):
        assert np.allclose(colored(moving, frame(side), CAT), expected, atol=1.5)
    assert np.allclose(colored(moving, frame(1), DOG), [150, 60, 190, 90], atol=1.5)
    assert at(moving, frame(1), 120, 40) == [128, 128, 128]


def test_one_slider_and_the_arrow_keys_step_all_samples(moving):
    without_labels(moving)
    moving.page.keyboard.press("ArrowLeft")
    assert moving.find("#dock output").inner_text() == "step 20"
    for name in ("val/a", "val/b"):
        assert np.allclose(colored(moving, frame(1, name), CAT), [60, 20, 100, 60], atol=1.5)
    moving.page.keyboard.press("Home")
    assert np.allclose(colored(moving, frame(1), CAT), [20, 20, 60, 60], atol=1.5)
    moving.page.keyboard.press("End")
    assert moving.find("#dock output").inner_text() == "step 30"
    slider = moving.page.get_by_role("slider", name="Step", exact=True)
    drag(moving.page, slider, (0.99, 0.5), (0.5, 0.5))
    assert moving.find("#dock output").inner_text() == "step 20"
    assert np.allclose(colored(moving, frame(1), CAT), [60, 20, 100, 60], atol=1.5)
    moving.button("Next step").click()
    assert moving.find("#dock output").inner_text() == "step 30"


def test_the_score_slider_hides_what_is_doubted(moving):
    assert moving.count(moving.page.locator(frame(1)), DOG) > 50
    assert "prediction 2" in moving.find("#samples figcaption >> nth=1").inner_text()
    slider = moving.page.get_by_role("slider", name="Score at least")
    drag(moving.page, slider, (0.3, 0.5), (0.7, 0.5))
    assert moving.count(moving.page.locator(frame(1)), DOG) == 0
    assert moving.count(moving.page.locator(frame(1)), CAT) > 50
    assert "prediction 1 of 2" in moving.find("#samples figcaption >> nth=1").inner_text()


def test_truth_and_prediction_are_switched_off(moving):
    without_labels(moving)
    moving.button("Truth").click()
    assert np.allclose(colored(moving, frame(0), CAT), [100, 20, 140, 60], atol=1.5)
    moving.page.keyboard.press("p")
    assert colored(moving, frame(0), CAT) is None
    assert at(moving, frame(0), 5, 5) == [128, 128, 128]
    moving.page.keyboard.press("t")
    assert np.allclose(colored(moving, frame(0), CAT), [20, 20, 60, 60], atol=1.5)


def test_a_class_is_switched_off(moving):
    moving.find("#samples .chip", "cat").click()
    assert moving.count(moving.page.locator(frame(1)), CAT) == 0
    assert moving.count(moving.page.locator(frame(1)), DOG) > 50
    moving.find("#samples .chip", "cat").click()
    assert moving.count(moving.page.locator(frame(1)), CAT) > 50


def test_overlaid_both_are_in_one_pane_and_the_truth_is_dashed(moving):
    without_labels(moving)
    whole = moving.count(moving.page.locator(frame(0)), CAT)
    moving.button("Overlaid").click()
    panes = moving.page.locator('#samples article[aria-label="val/a"] .pane')
    assert panes.locator("visible=true").count() == 1
    assert np.allclose(colored(moving, frame(0), CAT), [20, 20, 140, 60], atol=1.5)
    pixels = moving.pixels(moving.page.locator(frame(0))).astype(int)
    width = pixels.shape[1]
    is_cat = np.abs(pixels - np.array(CAT)).max(axis=-1) <= 30
    dashed = is_cat[:, : round(0.35 * width)].sum() / is_cat[:, round(0.45 * width) :].sum()
    assert 0.4 < dashed < 0.85
    assert whole > 0


def test_labels_name_the_objects_and_their_scores(moving):
    assert moving.page.locator(frame(0)).inner_text() == "cat"
    assert moving.page.locator(frame(1)).inner_text().split("\n") == ["cat 0.90", "dog 0.40"]
    without_labels(moving)
    assert moving.page.locator(frame(1)).inner_text() == ""


def test_a_label_without_room_is_counted(show):
    crowd = boxes(*[("cat", 20, 20, 60, 60)] * 30)
    shown = show(data(run(annotations={"a": [sample(1, crowd, None)]})))
    labels = shown.page.locator("#samples .label").count()
    assert 3 < labels < 30
    assert f"{30 - labels} labels without room" in shown.find("#samples figcaption").inner_text()


def test_turned_boxes_masks_and_points_lie_where_they_were_recorded(show):
    mask = np.zeros((100, 200), bool)
    mask[30:70, 100:140] = True
    mask[40:60, 110:130] = False  # a hole
    turned = {"rotated_bboxes": [[50, 50, 60, 20, 30]], "labels": [1], "names": ["dog"]}
    masked = {"masks": [run_lengths(mask)], "labels": [0], "names": ["cat"]}
    points = {
        "keypoints": [[[20, 20, 0.9], [180, 20, 0.9], None, [180, 80, 0.9]]],
        "skeleton": [[0, 1], [1, 2], [1, 3]],
        "labels": [0],
        "names": ["cat"],
    }
    sides = {"turned": turned, "masked": masked, "points": points}
    shown = show(data(run(annotations={n: [sample(1, s, None)] for n, s in sides.items()})))
    shown.go("Samples")
    without_labels(shown)
    # Clockwise by 30 degrees: the right end is lower than the middle.
    c, s = np.cos(np.pi / 6), np.sin(np.pi / 6)
    around = [
        50 - 30 * c - 10 * s,
        50 - 30 * s - 10 * c,
        50 + 30 * c + 10 * s,
        50 + 30 * s + 10 * c,
    ]
    assert np.allclose(colored(shown, frame(name="turned"), DOG), around, atol=1.5)
    assert at(shown, frame(name="turned"), 50 + 30 * c, 50 + 30 * s) != [128, 128, 128]
    assert at(shown, frame(name="turned"), 50 + 30 * c, 50 - 30 * s) == [128, 128, 128]
    inside = at(shown, frame(name="masked"), 104, 34)
    assert np.allclose(inside, (np.array(CAT) + 128) / 2, atol=6)
    assert at(shown, frame(name="masked"), 120, 50) == [128, 128, 128]
    assert at(shown, frame(name="masked"), 96, 50) == [128, 128, 128]
    for x, y in ((20, 20), (100, 20), (180, 50), (180, 80)):  # points, and limbs between them
        assert is_near(shown, frame(name="points"), x, y, CAT)
    assert not is_near(shown, frame(name="points"), 100, 50, CAT)


def test_maps_of_classes_are_painted_and_named(show):
    left = np.zeros((100, 200), bool)
    left[:, :100] = True
    maps = {"ids": [0, 1], "masks": [run_lengths(left), run_lengths(~left)], "labels": [0, 1]}
    side = {"semantic": maps | {"names": ["cat", "dog"]}}
    shown = show(data(run(annotations={"a": [sample(1, side, None)]})))
    shown.go("Samples")
    assert shown.page.locator(frame(name="a")).inner_text().split("\n") == ["cat", "dog"]
    assert np.allclose(at(shown, frame(name="a"), 5, 95), (np.array(CAT) + 128) / 2, atol=6)
    assert np.allclose(at(shown, frame(name="a"), 195, 95), (np.array(DOG) + 128) / 2, atol=6)


def test_a_class_has_one_color_in_all_runs_whatever_occurs_there(show):
    dogs = {"a": [sample(1, boxes(("dog", 20, 20, 60, 60)), None)]}
    first = run("first", classes=["cat"], annotations={"b": [sample(1, TRUTH, None)]})
    shown = show(data(first, run("second", classes=["dog"], annotations=dogs)))
    shown.page.get_by_role("combobox", name="Run").first.select_option("second")
    shown.go("Samples")
    assert shown.count(shown.page.locator(frame(name="a")), DOG) > 50
    assert not shown.page.locator('#samples article[aria-label="b"]').is_visible()


def test_a_class_has_its_color_in_the_palette_of_the_first_run_that_has_one(show):
    both = [sample(1, boxes(("cat", 20, 20, 60, 60), ("dog", 100, 20, 140, 60)), None)]
    first = run("first", annotations={"a": both}, colors={"dog": "#0c2238"})
    second = run("second", annotations={"a": both}, colors={"dog": "#ffffff"})
    shown = show(data(run("without", annotations={"a": both}), first, second))
    shown.go("Samples")
    assert shown.count(shown.page.locator(frame(name="a")), (12, 34, 56), near=6) > 50
    assert shown.count(shown.page.locator(frame(name="a")), CAT) > 50
    label = shown.page.locator(f"{frame(name='a')} .label", has_text="dog")
    assert label.evaluate("label => label.style.color") == "rgb(255, 255, 255)"


def test_the_worst_have_their_table(show):
    table = {"step": 10, "columns": ["slot", "id"], "rows": [[1, "street.jpg"]], "of": 1}
    worst = {"val/worst/1": MOVING, "val/a": MOVING}
    shown = show(data(run(annotations=worst, tables={"val/worst": [table]})))
    shown.go("Samples")
    card = shown.find('#samples article[aria-label="val/worst"]')
    card.scroll_into_view_if_needed()
    shown.until(lambda: "street.jpg" in card.inner_text())
    assert shown.find("#samples h4", "worst 1").is_visible()
    assert shown.page.locator("#tables").count() == 0


def test_a_sample_is_enlarged_and_steps_there_too(moving):
    without_labels(moving)
    small = moving.page.locator(frame(1)).bounding_box()["width"]
    moving.page.locator(frame(1)).click()
    large = "dialog .pane >> nth=1 >> .frame"
    assert moving.page.locator(large).bounding_box()["width"] > 1.5 * small
    moving.page.keyboard.press("ArrowLeft")
    assert np.allclose(colored(moving, large, CAT), [60, 20, 100, 60], atol=1.5)
    assert moving.find("dialog header").inner_text().endswith("step 20")
    moving.page.keyboard.press("Escape")
    assert not moving.page.locator("dialog").is_visible()


def test_a_sample_says_what_it_shows_to_who_cannot_see_it(moving):
    alternative = moving.page.locator(frame(1)).locator("img").get_attribute("alt")
    assert alternative == "val/a at step 30. prediction: 1 cat, 1 dog"


def test_runs_are_compared_on_the_same_sample_and_by_changed_keys(show):
    def of(identity, x, rate):
        shown = [sample(10, TRUTH, boxes(("cat", x, 20, x + 40, 60), scores=[0.9]))]
        config = {"optimizer": {"lr": rate, "momentum": 0.9}, "seed": 1}
        return run(identity, annotations={"val/a": shown}, config=config)

    shown = show(data(of("first", 60, 0.1), of("second", 140, 0.2)))
    shown.go("Compare")
    rows = shown.page.locator("#compare tbody tr").all_inner_texts()
    assert [row.split() for row in rows] == [["optimizer.lr", "0.1", "0.2"]]
    without_labels(shown)
    panes = [f"#compare .pane >> nth={i} >> .frame" for i in (0, 1)]
    assert np.allclose(colored(shown, panes[0], CAT), [20, 20, 100, 60], atol=1.5)
    assert np.allclose(colored(shown, panes[1], CAT), [20, 20, 180, 60], atol=1.5)


def test_a_tall_image_is_no_taller_than_the_screen(show):
    tall = sample(1, boxes(("cat", 10, 100, 40, 300)), None, width=50, height=400)
    page = data(run(annotations={"a": [tall]}))
    page["blobs"]["gray"] = url((128, 128, 128), (50, 400))
    shown = show(page)
    shown.go("Samples")
    box = shown.page.locator(frame(name="a")).bounding_box()
    assert box["height"] < 700
    assert abs(box["height"] / box["width"] - 8) < 0.1
