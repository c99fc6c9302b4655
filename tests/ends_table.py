"""What docs/reliability.md says of how runs end."""

from pathlib import Path


def state_of(end, tracker):
    """Return what a tracker has of a run whose program ended so, by the table on that page.

    Args:
        end: A part of the first cell of its row.
        tracker: The head of a column.
    """
    page = Path(__file__).parents[1].joinpath("docs", "reliability.md").read_text()
    table = page[page.index("| the program ends by |") :].split("\n\n")[0]
    head, _, *rows = [
        [cell.strip() for cell in row.strip("|").split("|")] for row in table.splitlines()
    ]
    (row,) = (row for row in rows if end in row[0])
    return row[head.index(tracker)].split(",")[0]
