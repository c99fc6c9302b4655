"""The config as Markdown, rendered as TensorBoard renders it."""

import html
import re
import warnings

import pytest

from viz_backend_tensorboard.events import config_markdown
from viz_core import RunConfig

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of its copies of bleach and html5lib
    from tensorboard.plugin_util import markdown_to_safe_html

pytestmark = pytest.mark.filterwarnings("ignore:html5lib's sanitizer:DeprecationWarning")


def rows(config, text=""):
    page = markdown_to_safe_html(config_markdown(RunConfig(config, text, config)))
    return [
        tuple(map(html.unescape, row))
        for row in re.findall(r"<tr>\s*<td>(.*?)</td>\s*<td>(.*?)</td>\s*</tr>", page, re.DOTALL)
    ]


def test_each_value_is_a_row():
    assert rows({"lr": 0.1, "name": "a", "none": None}) == [
        ("lr", "0.1"),
        ("name", "'a'"),
        ("none", "None"),
    ]


def test_nested_values_are_named_by_where_they_are():
    config = {"model": {"head": {"size": 3}}, "steps": [{"type": "A"}, {"type": "B"}], "n": [1, 2]}
    assert rows(config) == [
        ("model.head.size", "3"),
        ("steps.0.type", "'A'"),
        ("steps.1.type", "'B'"),
        ("n", "[1, 2]"),
    ]


def test_empty_containers_stay():
    assert rows({"hooks": [], "model": {}}) == [("hooks", "[]"), ("model", "{}")]


@pytest.mark.parametrize(
    "value", ["a|b", "`a`", "*a* _b_ __c__", "<script>x</script>", "[a](b)", "a & b &lt;", "{x}"]
)
def test_every_character_shows(value):
    assert rows({value: value}) == [(value, repr(value))]


def test_a_backslash_shows_once():
    assert rows({"path": r"C:\x"}) == [("path", r"'C:\\x'")]  # as repr doubles it


@pytest.mark.parametrize(
    "text", ["a = 1\n\nb = '''\n  | x |\n'''", "~~~\ninside\n~~~", "# title", ""]
)
def test_the_whole_text_is_kept(text):
    page = markdown_to_safe_html(config_markdown(RunConfig({"a": 1}, text, None)))
    (shown,) = re.findall(r"<pre><code>(.*?)</code></pre>", page, re.DOTALL)
    assert html.unescape(shown).strip("\n") == text
