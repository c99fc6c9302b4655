"""The kit finds what a backend does not keep of each kind, wherever its class is registered."""

import pickle

import numpy as np
import pytest

from viz_core import VISBACKENDS, BaseVisBackend
from viz_core.kinds.kept import ARGUMENTS
from viz_core.testing import BackendContract, BackendFaults

BROKEN = {
    "images": lambda v: v["images"][:-1],
    "figure": lambda v: np.full_like(v["figure"], 255),
    "histogram": lambda v: (v["histogram"][0], v["histogram"][1] + 1),
    "text": lambda v: v["text"].strip("#"),
    "table": lambda v: (v["columns"], v["rows"][:1]),
    "video": lambda v: v["frames"] - 1,
    "html": lambda v: v["html"][:-1],
    "file": lambda v: v["file"][1:],
    "hparams": lambda v: ({**v["hparams"], "opt": "?"}, v["metrics"]),
    "pr_curve": lambda v: (v["curve"].recall, v["curve"].precision),
    "confusion_matrix": lambda v: v["matrix"].T,
    "annotations": lambda v: (v["image"], v["prediction"], v["truth"]),
}

WHOLE = {
    **{kind: lambda v, kind=kind: v[kind] for kind in ("images", "figure", "text", "html", "file")},
    "histogram": lambda v: v["histogram"],
    "table": lambda v: (v["columns"], v["rows"]),
    "video": lambda v: v["frames"],
    "hparams": lambda v: (v["hparams"], v["metrics"]),
    "pr_curve": lambda v: (v["curve"].precision, v["curve"].recall),
    "confusion_matrix": lambda v: v["matrix"],
    "annotations": lambda v: (v["image"], v["truth"], v["prediction"]),
}


@VISBACKENDS.register_module()
class KindsVisBackend(BaseVisBackend):
    """Keeps each record as a pickle of what it was called with."""

    needs_save_dir = True

    def keep(self, kind, values):
        values.pop("kwargs", None)
        plain = dict(values)
        if kind == "figure":
            plain["figure"] = values["figure"].image
        elif kind == "video":
            plain["frames"] = sum(1 for _ in values["frames"].frames())
        elif kind == "annotations":
            given = plain.pop("annotated")
            plain["image"] = given.image
            for side in ("truth", "prediction"):
                boxes = getattr(given, side)
                plain[side] = np.column_stack([boxes.labels, boxes.bboxes]).tolist()
        elif kind == "histogram":
            plain["histogram"] = tuple(values["histogram"])[:2]
        elif kind == "file":
            plain["file"] = values["path"].read_bytes()
        with (self.directory / f"{kind}.pickle").open("ab") as file:
            pickle.dump(plain, file)


def method(kind):
    def add(self, **kwargs):
        self.keep(kind, kwargs)

    return add


for each in ARGUMENTS:
    setattr(KindsVisBackend, f"add_{each}", method(each))


class Case:
    type = "KindsVisBackend"
    read = WHOLE

    def read_kind(self, save_dir, kind):
        with (save_dir / f"{kind}.pickle").open("rb") as file:
            while True:
                try:
                    values = pickle.load(file)
                except EOFError:
                    return
                yield values.get("name", ""), values.get("step", 0), self.read[kind](values)


class TestContract(Case, BackendContract):
    """Every test of the kit runs here; those of other kinds are left out."""


class Contract(Case, BackendContract):
    read = BROKEN


class Faults(Case, BackendFaults):
    pass


NAMES = {
    "text": "texts",
    "html": "pages",
    "hparams": "hyperparameters",
    "pr_curve": "curves_of_precision_and_recall",
    "confusion_matrix": "confusion_matrices",
    "images": "images",
    "annotations": "annotations",
}


@pytest.mark.parametrize("kind", ARGUMENTS)
def test_what_is_not_kept_is_found(tmp_path, kind):
    run = getattr(Contract(), f"test_keeps_{NAMES.get(kind, f'{kind}s')}")
    with pytest.raises(AssertionError, match=f"the {kind} .* is another|Look at KindsVisBackend"):
        run(tmp_path)


def test_a_backend_that_is_registered_by_hand_is_found_in_other_processes(tmp_path):
    Faults().test_being_killed_loses_no_record_of_any_kind(tmp_path)


def test_one_that_is_made_in_a_function_is_told_what_to_do(tmp_path):
    @VISBACKENDS.register_module()
    class Inner(KindsVisBackend):
        pass

    case = Faults()
    case.type = "Inner"
    with pytest.raises(AssertionError, match=r"made in a function.*define it in a module"):
        case.test_being_killed_loses_no_record_of_any_kind(tmp_path)


def test_how_to_read_a_kind_back_is_said(tmp_path):
    class Silent(BackendContract):
        type = KindsVisBackend

    with pytest.raises(
        NotImplementedError, match=r"override Silent\.read_kind\(self, save_dir, kind"
    ):
        Silent().test_keeps_tables(tmp_path)
