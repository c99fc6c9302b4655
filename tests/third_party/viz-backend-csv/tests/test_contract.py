import csv

from viz_core.testing import BackendContract


class TestCsvVisBackend(BackendContract):
    type = "CsvVisBackend"

    def read_scalars(self, save_dir):
        with open(save_dir / "scalars.csv", newline="") as file:
            return [(name, int(step), float(value)) for name, value, step in csv.reader(file)]
