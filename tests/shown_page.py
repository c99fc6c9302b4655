"""What a page shows, read from the page by other code than made it."""

import base64
import hashlib
import html.parser
import json

from viz_report.report import write_report


class Page(html.parser.HTMLParser):
    """The parts of a page, as a browser finds them.

    Attributes:
        tags: Each tag with its attributes, in their order.
        contents: Scripts, styles and title: tag, attributes and text of each.
        data: What the page shows.
    """

    def __init__(self, path):
        super().__init__()
        self.tags, self.contents = [], []
        self.source = path.read_text("utf-8")
        self._inside = None
        self.feed(self.source)
        self.close()
        (found,) = [text for _, at, text in self.contents if at.get("id") == "viz-data"]
        self.data = json.loads(found)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag in ("script", "style", "title"):
            self._inside = (*self.tags[-1], "")

    def handle_data(self, text):
        if self._inside:
            tag, attributes, before = self._inside
            self._inside = (tag, attributes, before + text)

    def handle_endtag(self, tag):
        if self._inside and tag == self._inside[0]:
            self.contents.append(self._inside)
            self._inside = None

    def policy(self):
        """Return what each directive of its Content-Security-Policy allows."""
        (policy,) = [at["content"] for tag, at in self.tags if "Policy" in at.get("http-equiv", "")]
        return {part.split()[0]: part.split()[1:] for part in policy.split("; ")}

    def run(self):
        """Return the only run that it shows."""
        (run,) = self.data["runs"]
        return run

    def blob(self, key):
        """Return the bytes of an image or a video that is in the page."""
        return base64.b64decode(self.data["blobs"][key].partition(";base64,")[2])


def sha256(text):
    """Return how a policy names a script or a style."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def show(tmp_path, *runs, **options):
    """Write a report, and return its page."""
    return Page(write_report(runs, tmp_path / "page" / "report.html", **options).path)
