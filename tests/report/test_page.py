"""The file asks nobody for anything, and what was recorded stays text in it."""

import hashlib
import os
from importlib.resources import files

import numpy as np
import pytest
from shown_page import sha256, show

from viz_core import Visualizer

LOCAL = [{"type": "LocalVisBackend"}]

INJECTIONS = [
    "</script><script>alert(1)</script>",
    "</SCRIPT \n><img src=x onerror=alert(1)>",
    "<!--<script>",
    "<![CDATA[<script>alert(1)</script>]]>",
    '"><svg onload=alert(1)>',
    "'-alert(1)-'",
    "javascript:alert(1)",
    "&lt;b&gt;&#39;",
    "${alert(1)} {{7*7}} `x`",
    "\\u003cb\\",
    "line\u2028separator\u2029end",
    "\u202etxt.exe",
    "é 損失 🙂",
    "__proto__",
    "constructor",
]


@pytest.fixture(scope="module")
def plain_page(tmp_path_factory):
    folder = tmp_path_factory.mktemp("plain")
    with Visualizer(vis_backends=LOCAL, save_dir=folder / "run") as visualizer:
        visualizer.add_scalar("loss", 1)
        visualizer.add_image("a", np.zeros((4, 4, 3), np.uint8))
    return show(folder, folder / "run")


def test_a_browser_may_run_our_scripts_and_nothing_else(plain_page):
    policy = plain_page.policy()
    kinds = {
        tag: [text for kind, at, text in plain_page.contents if kind == tag and "id" not in at]
        for tag in ("script", "style")
    }
    assert len(kinds["script"]) > 5
    assert policy["script-src"] == [sha256(text) for text in kinds["script"]]
    assert policy["style-src"] == [sha256(text) for text in kinds["style"]]
    assert (
        policy.pop("default-src")
        == policy.pop("base-uri")
        == policy.pop("form-action")
        == ["'none'"]
    )
    assert set(policy) == {"script-src", "style-src", "img-src", "media-src"}
    assert policy["img-src"] == policy["media-src"] == ["data:", "blob:"]


def test_no_tag_asks_for_anything(plain_page):
    assert not [at for _, at in plain_page.tags if "src" in at or "style" in at]
    assert [at["href"] for _, at in plain_page.tags if "href" in at] == ["data:,"]
    assert not [key for _, at in plain_page.tags for key in at if key.startswith("on")]


def test_the_policy_stands_before_all_that_it_is_about(plain_page):
    order = [tag for tag, at in plain_page.tags if tag in ("script", "style") or "http-equiv" in at]
    assert order[0] == "meta"


@pytest.mark.parametrize("text", INJECTIONS)
def test_what_was_recorded_stays_text(text, plain_page, tmp_path):
    name = text.replace("/", "∕")  # which would make folders
    with Visualizer(vis_backends=LOCAL, save_dir=tmp_path / "run") as visualizer:
        visualizer.add_config({"a": {text: text, "b": [text]}})
        visualizer.add_scalar(text, 1)
        visualizer.add_confusion_matrix(text, [[1, 0], [0, 1]], [text, "b"])
        visualizer.add_histogram(text, [1, 2, 3])
        visualizer.add_image(name, np.zeros((4, 4, 3), np.uint8))
        visualizer.add_table(name, [{text: text, "n": 1}])
        visualizer.add_text(name, text)
        visualizer.add_hparams({text: text}, {})
    page = show(tmp_path, tmp_path / "run", title=text)
    assert page.tags == plain_page.tags
    assert page.contents[0][2] == page.data["title"] == text
    run = page.run()
    assert run["config"]["a"] == {text: text, "b": [text]}
    assert [*run["scalars"]] == [text]
    assert run["confusion_matrices"][text][0]["classes"] == [text, "b"]
    assert [*run["histograms"]] == [text]
    assert [*run["images"]] == [name]
    assert run["tables"][name][0]["columns"] == [text, "n"]
    assert run["tables"][name][0]["rows"] == [[text, 1]]
    assert run["texts"][name][0]["text"] == text
    assert run["hparams"]["hparams"] == {text: text}


def test_names_that_are_no_unicode_are_shown(tmp_path):
    folder = tmp_path / os.fsdecode(b"run \xff <b>") / "vis_data"
    folder.mkdir(parents=True)
    (folder / "scalars.json").write_text('{"\\udcff": 1, "step": 0}\n')
    page = show(tmp_path, folder)
    assert page.run()["name"] == "run \udcff <b>"
    assert [*page.run()["scalars"]] == ["\udcff"]
    assert page.contents[0][2] == "run ? <b>"


@pytest.mark.parametrize("text", INJECTIONS)
def test_a_recorded_page_is_data_and_has_styles_of_its_own(text, plain_page, tmp_path):
    with Visualizer(vis_backends=LOCAL, save_dir=tmp_path / "run") as visualizer:
        visualizer.add_html("page", f"<p style='color: red'>{text}")
    page = show(tmp_path, tmp_path / "run")
    assert [tag for tag, _ in page.tags] == [tag for tag, _ in plain_page.tags]
    assert page.run()["html"]["page"][0]["html"].endswith(f"<p style='color: red'>{text}")
    # It stands under the policy of the page.
    policy, plain = page.policy(), plain_page.policy()
    assert policy.pop("style-src") == ["'unsafe-inline'"]
    assert policy == {key: plain[key] for key in policy}


def test_the_chart_library_is_what_its_authors_published_and_says_whose_it_is(plain_page):
    script = (files("youplot") / "vendor" / "uplot.iife.min.js").read_bytes()
    digest = "2d27e8ad3d228164525ce213f9dc716f39b4e3aee0cc773fb3491c96cf4921a2"
    assert hashlib.sha256(script).hexdigest() == digest  # of uplot 1.6.31, on npm
    (inlined,) = [text for _, _, text in plain_page.contents if script.decode() in text]
    assert "Copyright (c) 2022 Leon Sorokin" in inlined
    assert "The above copyright notice and this permission notice shall be included" in inlined


def test_the_page_takes_little(plain_page):
    assert len(plain_page.source) < 300_000
