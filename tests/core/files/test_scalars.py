import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viz_core import LocalVisBackend, RecordingWarning, read_scalars

scalars = st.one_of(st.integers(-(2**70), 2**70), st.floats())


def same(left, right):
    return left == right or (math.isnan(left) and math.isnan(right))


@pytest.mark.filterwarnings("ignore:a scalar called 'step'")
@given(st.lists(st.tuples(st.text(min_size=1).filter(str.strip), scalars, st.integers())))
def test_gives_back_what_was_recorded(tmp_path_factory, points):
    folder = tmp_path_factory.mktemp("scalars")
    backend = LocalVisBackend(folder)
    (folder / "scalars.json").touch()
    for name, value, step in points:
        backend.add_scalar(name, value, step=step)
    read = read_scalars(folder / "scalars.json")
    assert [(p.name, p.step) for p in read] == [(name, step) for name, _, step in points]
    assert all(same(p.value, value) for p, (_, value, _) in zip(read, points, strict=True))


def test_the_file_is_strict_json(tmp_path):
    values = {"nan": math.nan, "up": math.inf, "down": -math.inf, "ü\n": 1}
    LocalVisBackend(tmp_path).add_scalars(values, step=3)
    (line,) = (tmp_path / "scalars.json").read_text().splitlines()
    assert json.loads(line, parse_constant=pytest.fail) == {
        "nan": "NaN",
        "up": "Infinity",
        "down": "-Infinity",
        "ü\n": 1,
        "step": 3,
    }


def test_a_pair_called_step_and_step_value_is_not_mistaken(tmp_path):
    LocalVisBackend(tmp_path).add_scalars({"step": 3, "step_value": 7})
    assert read_scalars(tmp_path / "scalars.json") == [("step_value", 3, 7)]


def test_reads_what_mmengine_wrote(tmp_path):
    (tmp_path / "old.json").write_text('{"loss": NaN, "lr": 0.1, "step": 3}\n')
    loss, lr = read_scalars(tmp_path / "old.json")
    assert (loss.name, loss.step) == ("loss", 3)
    assert math.isnan(loss.value)
    assert lr == ("lr", 3, 0.1)


def test_a_line_without_its_end_is_not_there_yet(tmp_path):
    (tmp_path / "scalars.json").write_text('{"loss": 1, "step": 1}\n\n{"loss": 2, "step": 2}')
    assert read_scalars(tmp_path / "scalars.json") == [("loss", 1, 1)]


@pytest.mark.parametrize(
    "line",
    ['{"loss": 0.', "[1]", '{"loss": 1}', '{"loss": "high", "step": 1}', "\xff", "[" * 100_000],
)
def test_a_line_that_is_no_record_is_passed_over_and_said(tmp_path, line):
    path = tmp_path / "scalars.json"
    path.write_text(f'{{"loss": 1, "step": 1}}\n{line}\n{{"loss": 3, "step": 3}}\n', "latin-1")
    with pytest.warns(RecordingWarning, match=r"line 2 of .*scalars\.json is no record"):
        assert read_scalars(path) == [("loss", 1, 1), ("loss", 3, 3)]


def test_a_missing_file_raises(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"scalars\.json"):
        read_scalars(tmp_path / "scalars.json")
