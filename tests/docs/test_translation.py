"""What is in Chinese has what the English has: the same code, figures, links and parts."""

import re
from pathlib import Path

import pytest

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
    assert CHINESE.count("\n## ") == ENGLISH.count("\n## ") == 8


PAGES = sorted((ROOT / "docs/zh").glob("*.md"))
#: What stands half as wide beside a Chinese character or sign, where a page of Chinese has its own.
HALF_WIDTH = re.compile(
    r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef] ?[,.:;?!()]|[,:;?!(] ?[\u4e00-\u9fff]"
)


def pair(page):
    """Return the text of the English page of this name, and of this page."""
    return (ROOT / "docs" / page.name).read_text(), page.read_text()


def shown(text):
    """Return the code that readers see, and what the docs' own lines do but for what they say."""
    return [re.sub(r'alt="[^"]*"', "", fence) for fence in fences(text)]


def test_the_first_hour_is_there():
    assert {page.stem for page in PAGES} == {"index", "quickstart", "coming-from-mmengine"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_has_the_same_code_links_and_parts(page):
    english, chinese = pair(page)
    assert shown(english)
    assert shown(chinese) == shown(english)
    assert chinese.count("\n## ") == english.count("\n## ")
    there = [(ROOT / "docs" / link).resolve() for link in links(english)]
    for link in links(chinese):
        target = (page.parent / link).resolve()
        assert target in there or ROOT / "docs" / target.name in there


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_rows_of_tables_name_the_same_things(page):
    def named(text):
        rows = [line for line in text.splitlines() if line.startswith("| ")]
        return [sorted(re.findall(r"`[^`]+`|\b\d[\d.]*\b", row, re.ASCII)) for row in rows]

    english, chinese = pair(page)
    assert named(chinese) == named(english)


def prose_of(text):
    prose = re.sub(r"```.*?```", "", text, flags=re.S)
    prose = re.sub(r"`[^`]*`", "x", prose)
    return re.sub(r"\]\([^)]*\)", "]", prose)


def test_punctuation_of_the_readme_is_as_wide_as_its_letters():
    assert HALF_WIDTH.findall(prose_of(CHINESE)) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_punctuation_is_as_wide_as_the_letters(page):
    prose = prose_of(page.read_text())
    assert HALF_WIDTH.findall(prose) == []
    assert re.findall(r"[^\x00-\x7f]\n[^\n|#]", prose) == []  # which the site shows as a space
