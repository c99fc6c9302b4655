import pytest

from viz_core import write_whole


@pytest.mark.parametrize("kind", [str, lambda path: path])
def test_a_file_is_replaced_and_nothing_else_is_left(tmp_path, kind):
    path = tmp_path / "file"
    for data in (b"before", b"after"):
        write_whole(kind(path), data, sync=True)
        assert path.read_bytes() == data
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_cannot_be_written_is_named(tmp_path):
    with pytest.raises(OSError, match="gone/file"):
        write_whole(tmp_path / "gone" / "file", b"data")
