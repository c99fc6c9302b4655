import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from viz_mmdet_adapter.files import write_image

IMAGE = np.zeros((20, 30, 3), np.uint8) + np.array([250, 20, 60], np.uint8)


@pytest.mark.parametrize(
    ("name", "kind"), [("a.png", "PNG"), ("a.JPG", "JPEG"), ("a.webp", "WEBP"), ("a.bmp", "BMP")]
)
def test_writes_the_format_of_the_extension_and_makes_folders(tmp_path, name, kind):
    path = tmp_path / "new" / "folder" / name
    write_image(path, IMAGE)
    write_image(str(path), IMAGE)
    with Image.open(path) as found:
        assert found.format == kind
        assert np.abs(np.asarray(found.convert("RGB")).astype(int) - IMAGE).max() <= 3


@pytest.mark.parametrize("name", ["image", "image.nothing"])
def test_what_is_no_image_is_refused_before_anything_is_made(tmp_path, name):
    with pytest.raises(ValueError, match="extension of an image"):
        write_image(tmp_path / "new" / name, IMAGE)
    assert not list(tmp_path.iterdir())


def test_a_url_without_mmengine_says_what_to_install():
    code = (
        "import sys; sys.modules['mmengine'] = None\n"
        "import numpy as np\n"
        "from viz_mmdet_adapter.files import write_image\n"
        "try: write_image('s3://bucket/a.png', np.zeros((2, 2, 3), np.uint8))\n"
        "except ValueError as error: print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert "'s3://bucket/a.png' is a URL" in done.stdout
    assert "install mmengine" in done.stdout
