import numpy as np
import pytest
from page_data import FIRST_RUN, boxes, curve, data, run, sample

SIZES = {"phone": (390, 844), "tablet": (820, 1100), "desk": (1440, 900)}


def whole(*identities, **more):
    """Return runs with something of every kind."""

    def one(identity):
        at = [10, 20, 30]
        found = boxes(("cat", 20, 20, 60, 60), ("dog", 100, 20, 140, 60), scores=[0.9, 0.8])
        return run(
            identity,
            scalars={"train/loss": curve([3.0, 2.0, 1.0, 0.5]), "lr": curve([0.1] * 4)},
            annotations={"val/a": [sample(s, found, found) for s in at]},
            images={"b": [{"step": s, "image": "blue", "width": 9, "height": 9} for s in at]},
            tables={
                "t": [{"step": 10, "columns": list("abcdefgh"), "rows": [["x" * 20] * 8], "of": 1}]
            },
            histograms={"h": [{"step": 10, "edges": [0, 1, 2], "counts": [1, 2]}]},
            pr_curves={
                "p": [{"step": 10, "recall": [0, 1], "precision": [1, 0], "thresholds": [0, 1]}]
            },
            confusion_matrices={
                "c": [{"step": 10, "classes": ["a", "b"], "matrix": [[1, 0], [0, 1]]}]
            },
            texts={"n": [{"step": 10, "text": "| a | b |\n|---|---|\n| 1 | 2 |"}]},
            files=[{"name": "f" * 90, "size": 9, "href": None}],
            config={"optimizer": {"type": "SGD", "lr": 0.1}, "long": "y" * 200},
            hparams={"hparams": {"lr": 0.1}, "metrics": {"mAP": 0.41234567}},
        )

    return data(*(one(identity) for identity in identities), **more)


def test_the_header_says_what_was_and_what_was_not_recorded(show):
    one = run(not_recorded={"WandbVisBackend": {"scalars": 3, "pr_curve": 1}}, skipped=2)
    shown = show(whole("a", left_out=["images/b: 40 of 100 steps"]) | {"runs": [one]})
    said = shown.find("header").inner_text()
    assert shown.page.title() == "A report"
    for part in (
        "1 min 30 s",
        "WandbVisBackend: 3 × scalars",
        "WandbVisBackend: 1 × pr curve",
        "2 lines could not be read",
        "images/b: 40 of 100 steps",
    ):
        assert part in said


def test_the_config_is_a_tree_that_is_searched(show):
    shown = show(whole("a"))
    tree = shown.find(".tree")
    assert "SGD" in tree.inner_text()
    search = shown.page.get_by_role("searchbox", name="Search the config of a")
    search.fill("optim LR")
    assert tree.inner_text().split() == ["optimizer", "2", "keys", "lr", "0.1"]
    search.fill("nothing of the kind")
    assert tree.inner_text() == "Nothing found."


def test_an_empty_run_says_so(show):
    shown = show(data(run()))
    assert "Nothing has been recorded yet." in shown.find("header").inner_text()
    assert shown.page.locator("section").count() == 0
    assert not shown.page.locator("#dock").is_visible()
    assert "0 runs" in show(data()).find("header").inner_text()


def brightness(shown):
    return float(shown.pixels("body")[:200].mean())


def test_it_is_dark_where_the_system_is_and_a_button_and_a_key_change_it(show):
    assert brightness(show(whole("a"))) > 200
    shown = show(whole("a"), color_scheme="dark")
    assert brightness(shown) < 80
    shown.button("Dark or light").click()
    assert brightness(shown) > 200
    assert shown.count("#curves canvas", FIRST_RUN) > 50
    shown.page.keyboard.press("d")
    assert brightness(shown) < 80


def test_texts_stand_out_from_what_is_behind_them(show):
    """By the rule of WCAG, AA: 4.5 to 1."""

    def luminance(color):
        part = np.array(color) / 255
        part = np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
        return float(part @ [0.2126, 0.7152, 0.0722])

    for scheme in ("light", "dark"):
        shown = show(whole("a"), color_scheme=scheme)
        for selector in (
            "#made",
            "header dt",
            "header dd",
            ".links a",
            "#curves .hint",
            "#dock output",
        ):
            pixels = shown.pixels(selector).reshape(-1, 3).astype(int)
            lights = sorted(luminance(color) for color in np.unique(pixels, axis=0))
            assert (lights[-1] + 0.05) / (lights[0] + 0.05) > 4.5, (scheme, selector)


@pytest.mark.parametrize("size", SIZES)
def test_nothing_is_wider_than_the_screen(show, size):
    width, height = SIZES[size]
    shown = show(whole("first", "second" * 20), viewport={"width": width, "height": height})
    for link in shown.page.locator(".links a").all():
        link.click()
        shown.settle()
        assert shown.page.evaluate("document.documentElement.scrollWidth") <= width
        heading = shown.page.get_by_role("heading", name=link.inner_text(), exact=True)
        shown.until(lambda heading=heading: 0 <= heading.bounding_box()["y"] < height)
    assert shown.page.locator("section").count() == 10


def test_on_a_phone_it_is_as_wide_as_the_phone_and_fingers_step(show):
    phone = {"width": 390, "height": 844}
    shown = show(whole("a"), viewport=phone, is_mobile=True, has_touch=True)
    assert shown.page.evaluate("innerWidth") == 390
    shown.button("Previous step").tap()
    assert shown.find("#dock output").inner_text() == "step 20"


def test_keys_are_said_by_one_and_not_taken_from_fields(show):
    shown = show(whole("a"))
    shown.page.keyboard.press("?")
    assert "step back, step on" in shown.find("dialog").inner_text()
    shown.page.keyboard.press("Escape")
    shown.page.keyboard.press("/")
    shown.page.keyboard.type("dpt?")
    assert shown.page.get_by_role("searchbox", name="Search names").input_value() == "dpt?"
    assert brightness(shown) > 200
    assert not shown.page.locator("dialog").is_visible()


def test_play_goes_from_the_first_step_to_the_last(show):
    shown = show(whole("a"))
    shown.page.keyboard.press("Home")
    shown.button("Play").click()
    shown.until(lambda: shown.find("#dock output").inner_text() == "step 30")
    shown.until(lambda: shown.button("Play").get_attribute("aria-pressed") == "false")


def test_a_link_holds_what_was_chosen(show):
    page = whole("first", "sec, ond & co")
    shown = show(page)
    shown.page.keyboard.press("ArrowLeft")
    shown.page.get_by_role("combobox", name="Run").first.select_option("sec, ond & co")
    shown.button("Overlaid").click()
    shown.button("Log scale").click()
    shown.find("#samples .chip", "dog").click()
    shown.find("#curves .legend button", "sec, ond & co").click()
    shown.until(lambda: "hidden=" in shown.page.url)
    link = shown.page.url.removeprefix(shown.file)
    again = show(page, link)
    assert again.find("#dock output").inner_text() == "step 20"
    assert again.page.get_by_role("combobox", name="Run").first.input_value() == "sec, ond & co"
    for name in ("Overlaid", "Log scale"):
        assert again.button(name).get_attribute("aria-pressed") == "true"
    assert again.find("#samples .chip", "dog").get_attribute("aria-pressed") == "false"
    hidden = again.find("#curves .legend button", "sec, ond & co")
    assert hidden.get_attribute("aria-pressed") == "false"


def test_a_link_by_hand_may_be_short_or_wrong(show):
    assert show(whole("a", "b"), "#run=b&step=25").find("#dock output").inner_text() == "step 20"
    shown = show(whole("a"), "#run=nobody&step=x&x=1&layout=%FF&smooth=5&score=&off=%E0%A4%A")
    outputs = shown.page.locator(".toolbar .slider output").all_inner_texts()
    assert outputs == ["0.99", "0.30"]
    assert shown.find("#dock output").inner_text() == "step 30"
    shown = show(whole("a"))
    shown.page.evaluate("location.hash = '#step=10'")
    shown.until(lambda: shown.find("#dock output").inner_text() == "step 10")


HOSTILE = [
    "<img src=x onerror=\"document.title='ran'\">",
    "<script>document.title='ran'</script>",
    "</script><script>document.title='ran'</script>",
    "<!--<script>",
    '"><svg onload="document.title=\'ran\'">',
    "javascript:document.title='ran'",
    "<style>*{display:none!important}</style>",
    "<iframe srcdoc=\"<script>top.document.title='ran'</script>\"></iframe>",
    "[a](javascript:document.title='ran') ![b](https://example.org/b.png)",
    '<a href="https://example.org" ping="https://example.org">x</a>',
    "{{constructor.constructor('document.title=1')()}}",
    "__proto__",
    "constructor",
    "\u2028\u2029\x00\U0001f600\u202e",
    "https://example.org/a.png",
    "url(https://example.org/a.png)",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_what_was_recorded_is_text_wherever_it_stands(show, text):
    def named(*records):
        return {text: list(records)}

    found = {"bboxes": [[20, 20, 60, 60]], "labels": [0], "names": [text], "scores": [0.9]}
    hostile = run(
        text,
        classes=[text],
        scalars={text: curve([1.0, 2.0])},
        annotations=named(sample(1, found, found, caption=text)),
        images=named({"step": 1, "image": "gray", "width": 9, "height": 9}),
        figures=named({"step": 1, "image": text, "width": 9, "height": 9}),
        tables=named({"step": 1, "columns": [text], "rows": [[text]], "of": 1}),
        histograms=named({"step": 1, "edges": [0, 1], "counts": [1]}),
        pr_curves=named({"step": 1, "recall": [0, 1], "precision": [1, 0], "thresholds": [0, 1]}),
        confusion_matrices=named({"step": 1, "classes": [text], "matrix": [[1]]}),
        texts=named({"step": 2, "text": text}),
        videos=named({"step": 1, "video": text, "type": text}),
        files=[{"name": text, "size": 1, "href": text}],
        config={text: {text: text}},
        hparams={"hparams": {text: text}, "metrics": {}},
        not_recorded={text: {text: 1}},
    )
    page = data(hostile, run("other", config={}), title=f"of {text}", left_out=[text])
    shown = show(page)
    for link in shown.page.locator(".links a").all():
        link.click()
        shown.settle()
    assert shown.page.title().startswith("of ")
    inside = shown.page.evaluate(
        "[document.querySelectorAll('main script, main style, main iframe, main object, main [onload],"
        ' main [onerror], main a[href*="example.org"], main img[src*="example"]\').length,'
        " document.scripts.length]"
    )
    assert inside[0] == 0
    assert inside[1] == show(data()).page.evaluate("document.scripts.length")
    assert shown.find("header").is_visible()
    said = shown.page.locator("header li").first.text_content()
    assert said.replace("\ufffd", "\x00") == text


def test_nothing_is_asked_of_anybody(show):
    page = whole("first", "second")
    page["runs"][0]["texts"]["n"][0]["text"] = "![a](https://example.org/a.png) https://example.org"
    page["runs"][0]["html"] = {
        "h": [
            {
                "step": 10,
                "html": "<img src='https://example.org/a.png'><link rel=stylesheet href=//example.org/a.css>",
            }
        ]
    }
    shown = show(page)
    shown.page.on("console", lambda _: shown.errors.clear())  # the policy says what it refused
    for link in shown.page.locator(".links a").all():
        link.click()
        shown.settle()
    asked = [url for url in shown.requests if not url.startswith(("data:", "blob:", "about:"))]
    assert asked == [shown.file]
