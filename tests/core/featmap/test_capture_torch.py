"""What modules put out: caught, detached, by name; and no hook is left behind."""

import collections

import pytest
import torch
from torch import nn

from viz_core.featmap import draw_featmap
from viz_core.featmap.capture import capture


class Stage(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3, padding=1)
        self.act = nn.ReLU(inplace=True)

    def forward(self, images):
        return self.act(self.conv(images))


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer1 = Stage()
        self.neck = nn.Identity()
        self.shared = nn.Conv2d(4, 2, 1)

    def forward(self, images):
        levels = self.neck((self.layer1(images), {"half": self.layer1(images[..., ::2, ::2])}))
        return [self.shared(levels[0]), self.shared(levels[1]["half"])]


class Failing(Model):
    def forward(self, images):
        self.layer1(images)
        raise RuntimeError("out of memory")


IMAGES = torch.rand(2, 3, 8, 8)


def hooks(model):
    return [hook for module in model.modules() for hook in module._forward_hooks.values()]


def test_outputs_are_caught_by_name():
    model = Model()
    with capture(model, "layer1", "shared") as maps:
        result = model(IMAGES)
    assert sorted(maps) == ["layer1", "shared"]
    assert (maps["shared"] == result[1]).all()
    assert draw_featmap(maps["layer1"][0]).shape == (4, 4, 3)
    assert hooks(model) == []


def test_outputs_carry_no_gradient_and_training_goes_on():
    model = Model()
    with capture(model, "shared") as maps:
        sum(level.sum() for level in model(IMAGES)).backward()
    assert not maps["shared"].requires_grad
    assert model.shared.weight.grad is not None


def test_a_later_operation_in_place_changes_nothing_caught():
    model = Stage()
    with capture(model, "conv", "act") as maps:
        model(IMAGES)
    assert (maps["conv"] < 0).any()
    assert (maps["act"] == maps["conv"].relu()).all()


def test_tuples_lists_and_dicts_keep_their_form():
    model = Model()
    with capture(model, "neck", "") as maps:
        model(IMAGES)
    full, other = maps["neck"]
    assert full.shape == (2, 4, 8, 8)
    assert other["half"].shape == (2, 4, 4, 4)
    assert not other["half"].requires_grad
    assert [level.shape[-1] for level in maps[""]] == [8, 4]


def test_named_tuples_and_what_is_no_tensor_are_kept():
    Output = collections.namedtuple("Output", "scores label")

    class Named(nn.Module):
        def forward(self, images):
            return Output(images, "cat")

    model = nn.Sequential(Named())
    with capture(model, "0") as maps:
        model(IMAGES)
    assert maps["0"].label == "cat"
    assert (maps["0"].scores == IMAGES).all()


def test_a_module_that_runs_twice_leaves_its_last_output_or_all():
    model = Model()
    with capture(model, "shared") as last, capture(model, "shared", keep="all") as everything:
        model(IMAGES)
    assert last["shared"].shape[-1] == 4
    assert [output.shape[-1] for output in everything["shared"]] == [8, 4]


def test_a_module_known_by_two_names_is_caught_by_the_one_asked_for():
    stage = Stage()
    model = nn.Sequential(stage, nn.Conv2d(4, 3, 1), stage)
    with capture(model, "2") as maps:
        model(IMAGES)
    assert list(maps) == ["2"]


def test_hooks_are_removed_when_the_model_raises():
    model = Failing()
    with pytest.raises(RuntimeError, match="out of memory"), capture(model, "layer1") as maps:
        model(IMAGES)
    assert hooks(model) == []
    assert maps["layer1"].shape == (2, 4, 8, 8)


def test_no_hook_is_set_when_a_name_is_wrong():
    model = Model()
    with (
        pytest.raises(ValueError, match="no module named 'nothing'"),
        capture(model, "layer1", "nothing"),
    ):
        pass
    assert hooks(model) == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("layer2", r"Model has no module named 'layer2'; did you mean 'layer1'"),
        ("conv", r"did you mean 'layer1\.conv'"),
        ("zzz", r"it begins with layer1, neck, shared"),
    ],
)
def test_an_unknown_name_lists_near_ones(name, text):
    with pytest.raises(ValueError, match=text), capture(Model(), name):
        pass


def test_a_module_that_has_not_run_is_missing_with_a_reason():
    model = Model()
    with capture(model, "shared", "layer1") as maps:
        model.layer1(IMAGES)
    with pytest.raises(
        KeyError, match=r"'shared' has put out nothing .* modules that have: layer1"
    ):
        maps["shared"]


def test_what_is_no_model_is_refused():
    with (
        pytest.raises(TypeError, match=r"must be a torch\.nn\.Module, got str"),
        capture("model", "a"),
    ):
        pass
    with pytest.raises(ValueError, match="at least one module"), capture(Model()):
        pass
    with (
        pytest.raises(ValueError, match="keep must be 'last' or 'all', got 'first'"),
        capture(Model(), "neck", keep="first"),
    ):
        pass
