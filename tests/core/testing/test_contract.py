"""The contract catches what it is there for: each backend here breaks one clause of it."""

import json
import os
from pathlib import Path

import numpy as np
import pytest

from viz_core import BaseVisBackend, RecordingError
from viz_core.testing import BackendContract


class Good(BaseVisBackend):
    needs_save_dir = True

    def add_scalars(self, scalar_dict, step=0, **kwargs):
        with (self.directory / "scalars").open("a") as file:
            for name, value in scalar_dict.items():
                file.write(json.dumps([name, step, value]) + "\n")

    def add_image(self, name, image, step=0, **kwargs):
        number = len(list(self.directory.glob("*.npy")))
        np.save(self.directory / f"{number}.npy", image)
        with (self.directory / "images").open("a") as file:
            file.write(json.dumps([name, step, number]) + "\n")


class Contract(BackendContract):
    type = Good

    def read_scalars(self, save_dir):
        return [json.loads(line) for line in (save_dir / "scalars").read_text().splitlines()]

    def read_images(self, save_dir):
        for line in (save_dir / "images").read_text().splitlines():
            name, step, number = json.loads(line)
            yield name, step, np.load(save_dir / f"{number}.npy")


class DropsAStep(Good):
    def add_scalars(self, scalar_dict, step=0, **kwargs):
        if step != 9:
            super().add_scalars(scalar_dict, step)


class KeepsTwice(Good):
    def add_scalars(self, scalar_dict, step=0, **kwargs):
        super().add_scalars(scalar_dict, step)
        super().add_scalars(scalar_dict, step)


class CutsNames(Good):
    def add_scalars(self, scalar_dict, step=0, **kwargs):
        super().add_scalars({name[:250]: value for name, value in scalar_dict.items()}, step)


class SwapsColors(Good):
    def add_image(self, name, image, step=0, **kwargs):
        super().add_image(name, image[..., ::-1], step)


class OpensAtOnce(Good):
    def __init__(self, save_dir):
        super().__init__(save_dir)
        (self.directory / "log").touch()


class IsFinishedByClose(Good):
    finished = False

    def add_scalars(self, scalar_dict, step=0, **kwargs):
        if self.finished:
            raise RuntimeError("the run is finished")
        super().add_scalars(scalar_dict, step)

    def close(self):
        self.finished = True


class ClosesOnce(Good):
    def close(self):
        del self.save_dir


class HoldsALock(Good):
    def __getstate__(self):
        raise TypeError("cannot pickle a lock")


class DiesInAChild(Good):
    def __init__(self, save_dir):
        super().__init__(save_dir)
        self.process = os.getpid()

    def add_scalars(self, scalar_dict, step=0, **kwargs):
        if os.getpid() != self.process:
            os._exit(7)
        super().add_scalars(scalar_dict, step)


class HandsOnWhatItDoesNotKnow(Good):
    def add_scalars(self, scalar_dict, step=0, file_path=None, **kwargs):
        super().add_scalars({name: float(v, **kwargs) for name, v in scalar_dict.items()}, step)


class IsWhereTheProgramIs(Good):
    @property
    def directory(self):
        folder = Path(Path(self.save_dir).name)
        folder.mkdir(exist_ok=True)
        return folder


class LeavesItsFolder(Good):
    def add_scalars(self, scalar_dict, step=0, **kwargs):
        super().add_scalars(scalar_dict, step)
        Path(self.save_dir).with_name("up").touch()


class LosesWhatIsBesideAWrongOne(Good):
    def add_scalars(self, scalar_dict, step=0, **kwargs):
        if "val/acc" not in scalar_dict:
            super().add_scalars(scalar_dict, step)


class KeepsNothing(BaseVisBackend):
    pass


@pytest.mark.parametrize(
    ("test", "backend", "message"),
    [
        ("keeps_every_step", DropsAStep, r"'loss' = 2\.5 of step 9 .* there is nothing"),
        ("keeps_every_step", KeepsTwice, "never recorded, or were recorded once"),
        ("keeps_scalars_under_any_name", CutsNames, r"cannot be read back"),
        ("keeps_scalars_under_any_name", LeavesItsFolder, r"a name left the folder .*'up'"),
        ("keeps_images_of_every_step", SwapsColors, "the image 'demo' of step 5 is another"),
        ("opens_nothing_until_it_is_used", OpensAtOnce, r"made \['run', 'run/log'\] before"),
        ("records_after_close", IsFinishedByClose, "the run is finished"),
        ("closes_twice", ClosesOnce, "save_dir"),
        ("travels_to_another_process_unopened", HoldsALock, "cannot pickle a lock"),
        ("survives_a_fork", DiesInAChild, "a forked child ended with 7"),
        ("a_change_of_directory_changes_nothing", IsWhereTheProgramIs, "IsWhereTheProgramIs made"),
        ("takes_arguments_it_does_not_know", HandsOnWhatItDoesNotKnow, "keyword arguments"),
        ("converts_what_it_is_given_alone", LosesWhatIsBesideAWrongOne, "'loss' = 0.5 of step 5"),
        ("keeps_something", KeepsNothing, r"KeepsNothing has no add_\* method of its own"),
    ],
)
def test_a_broken_backend_fails(tmp_path, test, backend, message):
    contract, arguments = Contract(), () if test == "keeps_something" else (tmp_path,)
    contract.type = backend
    with pytest.raises((AssertionError, RecordingError, TypeError), match=message):
        getattr(contract, f"test_{test}")(*arguments)


def test_a_failure_says_where_to_look(tmp_path):
    contract = Contract()
    contract.type = DropsAStep
    with pytest.raises(
        AssertionError, match=r"Look at DropsAStep\.add_scalars, then at Contract\."
    ):
        contract.test_keeps_every_step(tmp_path)


def test_an_author_who_forgets_is_told(tmp_path):
    class Forgetful(BackendContract):
        type = Good

    with pytest.raises(NotImplementedError, match=r"override Forgetful\.read_scalars\(self, save"):
        Forgetful().test_keeps_every_step(tmp_path)
    Forgetful.type = None
    with pytest.raises(AssertionError, match=r"Forgetful\.type is not set; set it to"):
        Forgetful().test_is_found_by_its_name(tmp_path)


def test_what_is_left_out_says_for_which_kind(tmp_path):
    with pytest.raises(pytest.skip.Exception, match="Good does not support 'config'"):
        Contract().test_keeps_the_config(tmp_path)


def test_a_backend_with_arguments_of_its_own_is_not_asked_to_convert(tmp_path):
    class Positional(Good):
        def add_scalars(self, scalars, iteration):
            super().add_scalars(scalars, iteration)

    contract = Contract()
    contract.type = Positional
    contract.test_keeps_every_step(tmp_path)
    with pytest.raises(pytest.skip.Exception, match="left out: Positional does not inherit"):
        contract.test_converts_what_it_is_given_alone(tmp_path)


class TestAGoodBackend(Contract):
    """Every clause passes, or is left out for a kind that it does not keep."""
