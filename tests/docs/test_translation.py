"""The Chinese README has what the English one has: the same code, figures, links and parts."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
ENGLISH, CHINESE = ((ROOT / name).read_text() for name in ("README.md", "README.zh-CN.md"))


def fences(text):
    return re.findall(r"```.*?```", text, re.S)


def figures(text):
    """Return the numbers of each row of the tables, in whatever order they are said."""
    rows = [line for line in text.splitlines() if line.startswith("|")]
    return [sorted(re.findall(r"\d+(?:\.\d+)?", row)) for row in rows]


def links(text):
    return [link for link in re.findall(r"\]\(([^)]+)\)", text) if not link.startswith("README")]


def test_the_code_is_the_same():
    assert len(fences(ENGLISH)) == 3
    assert fences(CHINESE) == fences(ENGLISH)


def test_the_tables_have_the_same_figures():
    assert len(figures(ENGLISH)) > 15
    assert figures(CHINESE) == figures(ENGLISH)


def test_the_links_are_the_same_and_lead_somewhere():
    assert links(CHINESE) == links(ENGLISH)
    assert [link for link in links(ENGLISH) if not (ROOT / link).exists()] == []


def test_the_parts_are_as_many():
    assert CHINESE.count("\n## ") == ENGLISH.count("\n## ") == 7
