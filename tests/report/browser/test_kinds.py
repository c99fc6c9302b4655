import numpy as np
import pytest
from page_data import CLASSES, FIRST_RUN, data, run, url


def images(*colors):
    return [
        {"step": 10 * (i + 1), "image": color, "width": 200, "height": 100}
        for i, color in enumerate(colors)
    ]


def middle(shown, selector):
    pixels = shown.pixels(selector)
    return pixels[pixels.shape[0] // 2, pixels.shape[1] // 2].tolist()


def test_images_and_figures_follow_the_step(show):
    kinds = {
        "images": {"train/a": images("gray", "blue")},
        "figures": {"f": images("blue", "gray")},
    }
    shown = show(data(run(**kinds)))
    shown.go("Images")
    assert middle(shown, '#images article[aria-label="train/a"] img') == [0, 0, 255]
    assert middle(shown, '#images article[aria-label="f"] img') == [128, 128, 128]
    shown.page.keyboard.press("ArrowLeft")
    assert middle(shown, '#images article[aria-label="train/a"] img') == [128, 128, 128]
    assert middle(shown, '#images article[aria-label="f"] img') == [0, 0, 255]
    assert shown.find("#images img").get_attribute("alt") == "train/a at step 10"


def test_an_image_that_was_left_out_says_so_and_what_comes_later_says_when(show):
    later = [{"step": 50, "image": "gray", "width": 20, "height": 10}]
    shown = show(data(run(images={"a": images("nowhere"), "b": later})))
    shown.page.keyboard.press("Home")
    shown.go("Images")
    assert "image left out" in shown.find('#images article[aria-label="a"]').inner_text()
    assert (
        "First recorded at step 50." in shown.find('#images article[aria-label="b"]').inner_text()
    )


TABLE = {
    "step": 1,
    "columns": ["class", "AP"],
    "rows": [["cat", 9], ["dog", 10], ["cow", -2], ["cart", -1.5]],
    "of": 2000,
}


def cells(shown):
    return [row.split("\t")[0] for row in shown.page.locator("#tables tbody tr").all_inner_texts()]


def test_a_table_is_sorted_by_number_and_filtered(show):
    shown = show(data(run(tables={"val/ap": [TABLE]})))
    shown.go("Tables")
    assert cells(shown) == ["cat", "dog", "cow", "cart"]
    assert "the first 4 of 2,000 rows" in shown.find("#tables .toolbar").inner_text()
    shown.find("#tables th button", "AP").click()
    assert cells(shown) == ["cow", "cart", "cat", "dog"]
    shown.find("#tables th button", "AP").click()
    assert cells(shown) == ["dog", "cat", "cart", "cow"]
    shown.page.get_by_role("searchbox", name="Filter rows").fill("CA")
    assert cells(shown) == ["cat", "cart"]


def test_histograms_stand_one_behind_the_other_and_the_chosen_one_in_color(show):
    edges = np.linspace(0, 1, 11).tolist()
    records = [
        {"step": s, "edges": edges, "counts": [100 if i == at else 0 for i in range(10)]}
        for s, at in ((10, 1), (20, 8))
    ]
    shown = show(data(run(histograms={"weights": records})))
    shown.go("Histograms")

    def peak():
        """Where the color of the chosen one is highest, in fractions of the width."""
        pixels = shown.pixels("#histograms canvas").astype(int)
        found = np.argwhere(np.abs(pixels - FIRST_RUN).max(axis=-1) <= 40)
        found = found[found[:, 1] < 0.8 * pixels.shape[1]]
        top = found[found[:, 0] <= found[:, 0].min() + 3]
        return top[:, 1].mean() / pixels.shape[1]

    assert 0.55 < peak() < 0.85
    shown.page.keyboard.press("ArrowLeft")
    assert 0.05 < peak() < 0.25
    said = shown.find("#histograms canvas").get_attribute("aria-label")
    assert said == "weights at step 10: 100 values from 0 to 1"


def test_a_pr_curve_is_drawn_with_its_area(show):
    curve = {"step": 1, "recall": [1, 0.5, 0], "precision": [0, 1, 1], "thresholds": [0, 0.5, 1]}
    shown = show(data(run(pr_curves={"val/cat": [curve]})))
    shown.go("PR curves")
    assert "area 0.75" in shown.find("#pr article").inner_text()
    assert shown.count("#pr .plot", FIRST_RUN) > 200


def test_a_confusion_matrix_has_its_numbers_and_the_large_shares_are_dark(show):
    matrix = {"step": 1, "classes": CLASSES, "matrix": [[9, 1], [5, 5]]}
    shown = show(data(run(confusion_matrices={"val/cm": [matrix]})))
    shown.go("Confusion")
    rows = shown.page.locator("#confusion tbody tr").all_inner_texts()
    assert [row.split() for row in rows] == [["cat", "9", "1"], ["dog", "5", "5"]]
    cell = [shown.pixels(shown.page.locator("#confusion td").nth(i))[6, 4].sum() for i in range(4)]
    assert cell[0] < cell[2] < cell[1]
    assert "70.0 %" in shown.find("#confusion article").inner_text()


def test_with_many_classes_a_cell_is_read_by_pointing_at_it(show):
    names = [f"class{i}" for i in range(100)]
    matrix = (np.eye(100, dtype=int) * 7).tolist()
    shown = show(
        data(run(confusion_matrices={"cm": [{"step": 1, "classes": names, "matrix": matrix}]}))
    )
    shown.go("Confusion")
    canvas = shown.find("#confusion canvas")
    box = canvas.bounding_box()
    canvas.hover(position={"x": box["width"] * 0.505, "y": box["height"] * 0.505})
    assert "class50 as class50: 7" in shown.find("#confusion article").inner_text()


TEXT = """# Notes
With **bold**, *slanted* and `code`.

- one
- two

| a | b |
|---|---|
| 1 | 2 |

```python
x = 1 # **not bold**
```
"""


def test_a_text_is_markdown(show):
    shown = show(data(run(texts={"notes": [{"step": 1, "text": TEXT}]})))
    shown.go("Texts")
    assert shown.page.get_by_role("heading", name="Notes", exact=True).is_visible()
    assert shown.find("#texts strong").inner_text() == "bold"
    assert shown.find("#texts em").inner_text() == "slanted"
    assert shown.page.locator("#texts li").all_inner_texts() == ["one", "two"]
    assert shown.page.locator("#texts td").all_inner_texts() == ["1", "2"]
    assert shown.find("#texts pre").inner_text().strip() == "x = 1 # **not bold**"


def test_a_gif_is_an_image_and_a_film_has_controls(show):
    videos = {
        "a": [{"step": 1, "video": "gray", "type": "image/gif"}],
        "b": [{"step": 1, "video": "film", "type": "video/webm"}],
    }
    page = data(run(videos=videos))
    page["blobs"]["film"] = "data:video/webm;base64,GkXfow=="
    shown = show(page)
    shown.go("Videos")
    assert shown.find('#videos article[aria-label="a"] img').is_visible()
    assert shown.find('#videos article[aria-label="b"] video').get_attribute("controls") == ""


def test_recorded_html_is_shown_in_a_frame_with_its_styles_and_without_its_scripts(show):
    html = (
        "<body style='background: rgb(1, 200, 3)'><p>hello</p>"
        "<script>document.body.textContent = 'ran'; parent.document.title = 'ran'</script>"
    )
    shown = show(data(run(html={"page": [{"step": 1, "html": html}]})))
    shown.go("HTML")
    frame = shown.page.frame_locator("#html iframe")
    assert frame.locator("p").inner_text() == "hello"
    assert shown.pixels("#html iframe")[200, 200].tolist() == [1, 200, 3]
    assert shown.page.title() == "A report"


@pytest.mark.parametrize(
    ("href", "leads"),
    [
        ("files/a.pt", True),
        (None, False),
        ("javascript:alert(1)", False),
        ("https://example.org/", False),
        ("//example.org/", False),
        ("../../etc/passwd", False),
    ],
)
def test_files_are_listed_and_lead_only_to_what_lies_beside(show, href, leads):
    shown = show(data(run(files=[{"name": "a.pt", "size": 1234567, "href": href}])))
    shown.go("Files")
    assert shown.find("#files li").inner_text().split("\n") == ["a.pt", "1.23 MB"]
    assert shown.page.locator("#files a").count() == leads


def test_one_run_is_chosen_of_several(show):
    shown = show(
        data(
            run("first", images={"a": images("gray")}), run("second", images={"a": images("blue")})
        )
    )
    shown.go("Images")
    assert middle(shown, "#images img") == [128, 128, 128]
    shown.page.get_by_role("combobox", name="Run").first.select_option("second")
    assert middle(shown, "#images img") == [0, 0, 255]


def test_an_image_is_enlarged(show):
    page = data(run(images={"a": images("gray", "wide")}))
    page["blobs"]["wide"] = url((255, 0, 0), (400, 200))
    shown = show(page)
    shown.go("Images")
    shown.button("Enlarge a").click()
    assert middle(shown, "dialog img") == [255, 0, 0]
    shown.page.keyboard.press("ArrowLeft")
    assert middle(shown, "dialog img") == [128, 128, 128]
    shown.button("Close").click()
    assert not shown.page.locator("dialog").is_visible()
