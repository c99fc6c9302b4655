"""Texts, pages and files."""

import os

import pytest

from viz_core.kinds.documents import as_file, as_html, as_text


class Frame:
    def to_html(self):
        return "<table></table>"


class Shown:
    def _repr_html_(self):
        return "<b>é</b>"


UTF_8 = '<meta charset="utf-8">'


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("<p>", "<p>"),
        (Frame(), "<table></table>"),
        (Shown(), f"{UTF_8}<b>é</b>"),
        ("<!DOCTYPE html>\n<p>é", f"<!DOCTYPE html>{UTF_8}\n<p>é"),
        ('<html lang="fr"><p>é', f'<html lang="fr">{UTF_8}<p>é'),
        ("<html><head><title>é", f"<html><head>{UTF_8}<title>é"),
        ("<header>é</header>", f"{UTF_8}<header>é</header>"),
    ],
)
def test_pages_say_their_encoding_where_it_matters(given, expected):
    assert as_html(given) == expected
    assert as_html(expected) == expected


@pytest.mark.parametrize(
    ("convert", "wrong", "error", "text"),
    [
        (as_text, 5, TypeError, r"text must be a string, got int: 5; pass str\(...\)"),
        (as_text, "\ud800", ValueError, "text must be valid unicode"),
        (as_html, b"<p>", TypeError, "html must be a string, or an object with to_html"),
        (as_html, Frame, TypeError, "got type"),
        (as_html, "\udc80", ValueError, "html must be valid unicode"),
        (as_file, 5, TypeError, "path must be a path"),
        (as_file, "s3://a/b", ValueError, "is a URL"),
    ],
)
def test_what_is_none_is_named(convert, wrong, error, text):
    with pytest.raises(error, match=text):
        convert(wrong)


def test_a_file_is_absolute_and_has_a_name(tmp_path, monkeypatch):
    (tmp_path / "a.pth").write_bytes(b"x")
    monkeypatch.chdir(tmp_path)
    assert as_file("a.pth") == (tmp_path / "a.pth", "a.pth")
    assert as_file(os.fsencode("a.pth"), "best/model.pth")[1] == "best/model.pth"
    with pytest.raises(IsADirectoryError, match=r"is a folder; .* shutil\.make_archive"):
        as_file(tmp_path)
    with pytest.raises(FileNotFoundError, match=r"there is no .*none'; relative paths begin in"):
        as_file("none")
    with pytest.raises(ValueError, match="name must not be empty"):
        as_file("a.pth", " ")
