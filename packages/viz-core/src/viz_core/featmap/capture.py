"""What the modules of a torch model put out, caught by name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Literal

from viz_core.convert import is_tensor

__all__ = ["Captured", "capture"]


class Captured(dict[str, Any]):
    """Outputs by the module's name; a module that has not run is missing."""

    def __missing__(self, name: str) -> Any:
        ran = ", ".join(self) or "none"
        raise KeyError(
            f"{name!r} has put out nothing inside the `with` block, or was not named in "
            f"capture(...); modules that have: {ran}"
        )


@contextmanager
def capture(model: Any, *names: str, keep: Literal["last", "all"] = "last") -> Iterator[Captured]:
    """Collect what named modules of a model put out while the block runs.

        with capture(model, "layer4") as maps:
            model(images)
        draw_featmap(maps["layer4"][0])

    Tensors are detached copies, as a later in-place operation (``ReLU(inplace=True)``) would
    change the output itself; tuples, lists and dicts of them keep their form. They stay on
    their device. The hooks are removed when the block ends, also by an exception.

    Args:
        model: A ``torch.nn.Module``.
        names: Names as ``model.named_modules()`` gives them; ``''`` is the model itself.
        keep: ``'last'``: a module that runs several times leaves its last output. ``'all'``:
            every value is a list of outputs in their order.

    Raises:
        TypeError: If ``model`` has no ``named_modules``.
        ValueError: If no name is given, or the model has no module of a name.
    """
    if not hasattr(model, "named_modules"):
        raise TypeError(f"model must be a torch.nn.Module, got {type(model).__name__}")
    if keep not in ("last", "all"):
        raise ValueError(f"keep must be 'last' or 'all', got {keep!r}")
    if not names:
        raise ValueError("capture needs the name of at least one module, got none")
    modules = dict(model.named_modules(remove_duplicate=False))
    unknown = [name for name in names if name not in modules]
    if unknown:
        raise ValueError(_unknown(unknown[0], type(model).__name__, list(modules)))
    captured = Captured()

    def hook_for(name: str) -> Any:
        def keep_output(_module: Any, _arguments: Any, output: Any) -> None:
            if keep == "all":
                captured.setdefault(name, []).append(_detached(output))
            else:
                captured[name] = _detached(output)

        return keep_output

    with ExitStack() as hooks:
        for name in dict.fromkeys(names):
            hooks.callback(modules[name].register_forward_hook(hook_for(name)).remove)
        yield captured


def _detached(output: Any) -> Any:
    """Return a copy of an output that no gradient and no in-place operation reaches."""
    if is_tensor(output):
        return output.detach().clone()
    if isinstance(output, dict):
        return {key: _detached(value) for key, value in output.items()}
    if isinstance(output, tuple) and hasattr(output, "_fields"):
        return type(output)(*map(_detached, output))
    if isinstance(output, (tuple, list)):
        return type(output)(map(_detached, output))
    return output


def _unknown(name: str, model: str, known: list[str]) -> str:
    from difflib import get_close_matches  # only an error pays for it

    named = [other for other in known if other]
    near = [other for other in named if other.endswith(f".{name}")]
    near += [other for other in get_close_matches(name, named, n=5) if other not in near]
    if near:
        hint = f"did you mean {', '.join(map(repr, near[:5]))}?"
    else:
        children = dict.fromkeys(other.partition(".")[0] for other in named)
        hint = f"it begins with {', '.join(list(children)[:12]) or 'no modules at all'}"
    return f"{model} has no module named {name!r}; {hint}"
