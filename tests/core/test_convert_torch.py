"""The door, for tensors."""

import numpy as np
import pytest
import torch

from viz_core import Canvas, as_array, as_image, as_scalar, as_scalars, as_step


def test_a_tensor_shares_its_memory():
    tensor = torch.zeros(2, 3)
    as_array(tensor)[0, 0] = 5
    assert tensor[0, 0] == 5


def test_bfloat16_and_gradients_and_lazy_views_are_taken():
    assert as_array(torch.ones(2, dtype=torch.bfloat16)).dtype == np.float32
    assert as_array(torch.ones(2, requires_grad=True)).tolist() == [1, 1]
    assert as_array(torch._neg_view(torch.ones(2))).tolist() == [-1, -1]


@pytest.mark.parametrize("shape", [(3, 20, 30), (1, 20, 30), (20, 30), (20, 30, 3)])
def test_a_tensor_may_have_its_channels_first(shape):
    assert as_image(torch.full(shape, 0.5)).shape == (20, 30, 3)


def test_an_ambiguous_tensor_has_its_channels_last():
    tensor = torch.zeros(3, 5, 3)
    tensor[..., 0] = 1
    assert as_image(tensor).shape == (3, 5, 3)
    assert as_image(tensor)[0, 0].tolist() == [255, 0, 0]


@pytest.mark.parametrize(
    "dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64, torch.int8, torch.bool]
)
def test_a_scalar_tensor_of_any_dtype_is_a_scalar(dtype):
    assert as_scalar(torch.ones(1, dtype=dtype)) == 1
    assert as_scalar(torch.tensor(1, dtype=dtype)) == 1


def test_a_loss_with_a_gradient_is_a_scalar():
    assert as_scalar(torch.tensor(0.5, requires_grad=True) * 2) == 1.0
    assert as_step(torch.tensor(7)) == 7


def test_scalars_and_their_step_may_be_tensors():
    given = {"loss": torch.tensor(0.5, requires_grad=True), "step": torch.tensor(7)}
    assert as_scalars(given) == ({"loss": 0.5}, 7, {})


def test_lists_may_hold_tensors_of_any_kind():
    given = [torch.tensor([1.0, 2], requires_grad=True), (torch.tensor(3), 4.0)]
    assert as_array(given).tolist() == [[1, 2], [3, 4]]
    assert as_array([torch.ones(2, dtype=torch.bfloat16)]).tolist() == [[1, 1]]
    assert as_array([[torch.zeros(3), np.ones(3)]]).shape == (1, 2, 3)


def test_crops_of_masks_are_taken():
    masks = [torch.ones(4, 6, dtype=torch.bool), torch.ones(2, 3, dtype=torch.bool)]
    canvas = Canvas(np.zeros((20, 30, 3), np.uint8))
    canvas.draw_binary_masks(masks, "r", 1.0, offsets=torch.tensor([[1, 2], [28, 19]]))
    assert np.argwhere(canvas.get_image()[..., 0])[[0, -1]].tolist() == [[2, 1], [19, 29]]
    assert (canvas.get_image()[..., 0] > 0).sum() == 24 + 2


@pytest.mark.parametrize("dtype", ["float8_e4m3fn", "float8_e5m2", "bfloat16", "float16"])
def test_small_floats_are_scalars_and_images(dtype):
    tensor = torch.full((2, 3, 3), 0.5).to(getattr(torch, dtype))
    assert as_scalar(tensor[0, 0, 0]) == 0.5
    assert (as_image(tensor) == 128).all()


def test_a_tensor_that_numpy_does_not_know_is_asked_for_its_number():
    assert as_scalar(torch.tensor([1.5]).to_sparse()) == 1.5
    with pytest.raises(TypeError, match="loss must be a number"):
        as_scalar(torch.tensor(1.5, device="meta"), "loss")


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: torch.ones(2, 2, device="meta"), "on meta, where tensors have no values"),
        (lambda: torch.eye(2).to_sparse(), r"torch.sparse_coo on cpu; pass \.to_dense\(\) of it"),
        (lambda: torch.eye(2).to_sparse_csr(), r"pass \.to_dense\(\) of it"),
        (
            lambda: torch.quantize_per_tensor(torch.ones(2, 2), 0.1, 0, torch.quint8),
            r"torch.quint8, .* pass \.dequantize\(\) of it",
        ),
        (
            lambda: torch.nested.nested_tensor([torch.ones(2), torch.ones(3)]),
            r"nested; pass its parts, or \.to_padded_tensor\(0\)",
        ),
    ],
)
@pytest.mark.filterwarnings("ignore")  # torch's own, of what is deprecated or a prototype
def test_a_tensor_that_numpy_cannot_read_is_named(make, text):
    for convert in (as_array, as_image, lambda value, name: as_array([value], name)):
        with pytest.raises(TypeError, match=f"it must be a tensor that numpy can read.*{text}"):
            convert(make(), "it")
