"""Figures live on one page; the READMEs show those of it."""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_readmes_have_the_figures_of_the_page(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    import figures

    tables = figures.read_page(figures.PAGE.read_text())
    assert {title for title, *_ in figures.ROWS} <= set(tables)
    for path, text in figures.filled(tables).items():
        assert path.read_text() == text, f"python benchmarks/figures.py makes {path.name} anew"
    sys.modules.pop("figures")
