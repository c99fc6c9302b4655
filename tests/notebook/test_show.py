"""``show()`` in a real notebook: the image is in the cell's output, and nothing waits."""

import base64
import io

import nbformat
import numpy as np
from nbclient import NotebookClient
from PIL import Image

CELLS = (
    "import numpy as np\n"
    "from viz_core import Visualizer\n"
    "visualizer = Visualizer(image=np.full((20, 30, 3), 100, np.uint8))\n"
    "visualizer.draw_bboxes(np.array([5, 5, 15, 15]), 'r', face_colors='r', alpha=1).show()",
    "visualizer",
)


def test_an_image_is_shown_inline_by_show_and_by_its_name():
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in CELLS])
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    for cell in notebook.cells:
        (output,) = cell.outputs
        data = base64.b64decode(output["data"]["image/png"])
        image = np.asarray(Image.open(io.BytesIO(data)))
        assert image.shape == (20, 30, 3)
        assert image[10, 10].tolist() == [255, 0, 0]
