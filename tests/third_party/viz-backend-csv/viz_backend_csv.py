import csv

from viz_core import BaseVisBackend, hookimpl


class CsvVisBackend(BaseVisBackend):
    needs_save_dir = True

    def add_scalars(self, scalar_dict, step=0, **kwargs):
        with (self.directory / "scalars.csv").open("a", newline="") as file:
            csv.writer(file).writerows((name, value, step) for name, value in scalar_dict.items())


@hookimpl
def viz_backends():
    return {"CsvVisBackend": CsvVisBackend}
