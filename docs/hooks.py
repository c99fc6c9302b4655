"""What MkDocs calls while it builds: where the images of a page go, and what a page must keep."""

from __future__ import annotations

import atexit
import os
import re
import tempfile
from importlib.metadata import version
from pathlib import Path

import gallery
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.pages import Page

#: What a page may weigh, in bytes of HTML; its images are files, which browsers load when seen.
HEAVIEST = 600_000


def on_startup(**_: object) -> None:
    """Run the code of pages in a folder of its own, which goes with the build."""
    folder = tempfile.TemporaryDirectory()
    atexit.register(folder.cleanup)
    os.chdir(folder.name)


def on_config(config: MkDocsConfig) -> None:
    """Have every page say of which version it is; without a repository there is nothing to edit."""
    config.site_name += f" {version('viz-core')}"
    config.edit_uri = config.edit_uri if config.repo_url else ""


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, **_: object) -> str:
    """Tell the code of a page, which runs next, where the page will be.

    A session of code that does not run here is a word for the tests alone.
    """
    gallery.start_page(Path(config.site_dir, page.url))
    return re.sub(r'^( *```python) session="\w+"$', r"\1", markdown, flags=re.MULTILINE)


def on_page_context(_context: object, *, page: Page, config: MkDocsConfig, **_: object) -> None:
    """Have the theme speak the language of the page."""
    config.theme["language"] = "zh" if page.url.startswith("zh/") else "en"


def on_post_page(output: str, *, page: Page, **_: object) -> str:
    """Refuse a page that is too heavy, or whose images say nothing to who does not see them."""
    if (size := len(output.encode())) > HEAVIEST:
        raise PluginError(
            f"{page.file.src_path} has {size} bytes of HTML, more than {HEAVIEST}: split it"
        )
    for image in re.findall(r"<img\b[^>]*>", output):
        if not re.search(r'\balt="[^"]', image):
            raise PluginError(f"{page.file.src_path} has an image without alt text: {image[:200]}")
    return output
