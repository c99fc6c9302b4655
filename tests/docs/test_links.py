"""Every link of a page leads somewhere, on the pages of the site as in the repository."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.glob("**/*.md"), *ROOT.glob("packages/*/README.md")])
LINK = re.compile(r"\]\(([^)\s]+)\)|(?:href|src)=\"([^\"]+)\"")


def text_of(page):
    """Return the text of a page with the files that it includes, without its code."""

    def included(match):
        name, section = match.groups()
        text = (ROOT / name).read_text()
        return text.split(f"[start:{section}]")[1].split(f"[end:{section}]")[0] if section else text

    text = re.sub(r'^--8<-- "([^":]+\.md)(?::(\w+))?"$', included, page.read_text(), flags=re.M)
    return re.sub(r"^ *```.*?^ *```$", "", text, flags=re.M | re.S)


def anchors_of(page):
    headings = re.findall(r"^#+ (.*)$", text_of(page), re.M)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_link_leads_somewhere(page):
    dead = []
    for link in (first or second for first, second in LINK.findall(text_of(page))):
        if link.startswith(("https:", "data:")):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        on_site = page.is_relative_to(DOCS) <= target.is_relative_to(DOCS)
        if not (target.exists() and on_site and (not anchor or anchor in anchors_of(target))):
            dead.append(link)
    assert dead == []
