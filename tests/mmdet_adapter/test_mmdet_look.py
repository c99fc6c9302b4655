"""MMDetection's look is byte for byte what it was: images of many samples have the same hashes.

Letters differ from one FreeType to the next, so that here a text is a block of a fixed size whose
color tells its letters, size, color and background.
"""

import zlib

import numpy as np
import pytest

from viz_mmdet_adapter import DetLocalVisualizer

HEIGHT, WIDTH = 150, 220
ROWS, COLUMNS = np.mgrid[:HEIGHT, :WIDTH]
PHOTO = np.stack([ROWS + 40, COLUMNS, (ROWS * COLUMNS) // 170], axis=-1).clip(0, 255)
PHOTO = PHOTO.astype(np.uint8)
CLASSES = ["person", "car", "dog", "a traffic light"]
PALETTE = [(220, 20, 60), (119, 11, 32), (0, 0, 142), (250, 170, 30)]


class Blocks(DetLocalVisualizer):
    def measure_texts(self, texts, font_sizes=None, **others):
        sizes = np.broadcast_to(font_sizes, len(texts))
        return np.array([[len(t) * s, 1.5 * s] for t, s in zip(texts, sizes, strict=True)])

    def draw_texts(self, texts, positions, font_sizes=None, **style):
        extents = self.measure_texts(texts, font_sizes)
        for number, (corner, extent) in enumerate(zip(positions, extents, strict=True)):
            told = [texts[number], style["colors"][number], style["bboxes"]]
            red, green, blue, _ = zlib.crc32(repr(told).encode()).to_bytes(4, "big")
            box = np.clip([corner, corner + extent], 0, [self.width, self.height])
            face = (red, green, blue)
            self.draw_bboxes(box.reshape(4), edge_colors="none", face_colors=face, alpha=1)
        return self


def disk(x, y, radius):
    return (ROWS - y) ** 2 + (COLUMNS - x) ** 2 < radius**2


def crowd(count, seed=3, low=8, high=90):
    """Return the fields of `count` objects anywhere on the image."""
    drawn = np.random.RandomState(seed)
    size = drawn.uniform(low, high, (count, 2))
    corner = drawn.uniform(0, 1, (count, 2)) * ([WIDTH, HEIGHT] - size).clip(0)
    boxes = np.hstack([corner, corner + size]).clip(0, [WIDTH, HEIGHT, WIDTH, HEIGHT])
    labels = drawn.randint(0, len(CLASSES), count)
    return dict(bboxes=boxes, labels=labels, scores=drawn.uniform(0.2, 1, count))


DISKS = np.stack([disk(60, 70, 40), disk(90, 80, 50) & ~disk(90, 80, 20), disk(180, 30, 12)])
IDS = np.where(COLUMNS < 80, 0, 1) + (ROWS > 100)
IDS[:6] = 255
PANOPTIC = IDS + 1000 * (COLUMNS > 150)
PANOPTIC[:6] = len(CLASSES)
MASKED = dict(labels=[0, 1, 2], scores=[0.9, 0.8, 0.35], masks=DISKS)
BOXES = np.array([[20, 30, 100, 110], [40.5, 30.2, 140, 130], [168, 18, 192, 42]])


def both(instances, **others):
    return dict(gt_instances=instances, pred_instances=instances, **others)


#: By name: the sample, and the visualizer's arguments.
SCENES = {
    "nothing": (None, {}),
    "boxes": (dict(pred_instances=crowd(6)), {}),
    "crowd": (dict(pred_instances=crowd(40)), {}),
    "tiny": (dict(pred_instances=crowd(30, 5, 3, 12)), {}),
    "both": (both(crowd(5)), {}),
    "without scores": (dict(gt_instances=dict(bboxes=BOXES, labels=[0, 3, 9])), {}),
    "masks": (dict(pred_instances=MASKED), {}),
    "masks and boxes": (dict(pred_instances=dict(MASKED, bboxes=BOXES)), {}),
    "same class": (dict(pred_instances=dict(MASKED, labels=[1, 1, 1])), dict(jitter=False)),
    "ids": (dict(pred_instances=dict(MASKED, bboxes=BOXES, instances_id=[7, 3, 12])), {}),
    "names": (
        dict(gt_instances=dict(bboxes=BOXES, labels=[0, 1, 2], label_names=["a", "b", "c"])),
        {},
    ),
    "polygons": (dict(gt_instances=dict(labels=[0], masks=[[[9, 9, 90, 20, 40, 99]]])), {}),
    "rle": (
        dict(gt_instances=dict(labels=[2], masks=[dict(size=[150, 220], counts=[99, 900, 32001])])),
        {},
    ),
    "semantic": (dict(pred_sem_seg=dict(sem_seg=IDS)), {}),
    "panoptic": (dict(pred_panoptic_seg=dict(sem_seg=PANOPTIC)), {}),
    "all": (both(crowd(4), gt_sem_seg=dict(sem_seg=IDS)), {}),
    "coco": ([dict(category_id=1, bbox=[20, 30, 60, 40], score=0.8)], {}),
    "torchvision": (dict(boxes=BOXES, labels=[0, 1, 2], scores=[0.9, 0.5, 0.31]), {}),
    "colors": (
        dict(pred_instances=dict(MASKED, bboxes=BOXES)),
        dict(
            bbox_color="gold", text_color="white", mask_color=[(1, 2, 3), (9, 99, 200), (5, 5, 5)]
        ),
    ),
    "palette texts": (dict(pred_instances=crowd(7)), dict(text_color=None, line_width=1.5)),
    "faint": (dict(pred_instances=dict(MASKED, bboxes=BOXES)), dict(alpha=0.35)),
    "invisible": (dict(pred_instances=dict(MASKED, bboxes=BOXES)), dict(bbox_color="none")),
}

#: Of each scene: the shape of its image, and the CRC of its bytes.
HASHES = {
    "nothing": ((150, 220, 3), 3515747974),
    "boxes": ((150, 440, 3), 528671349),
    "crowd": ((150, 440, 3), 1514051602),
    "tiny": ((150, 440, 3), 4275814511),
    "both": ((150, 440, 3), 709753220),
    "without scores": ((150, 440, 3), 338602263),
    "masks": ((150, 440, 3), 1005565084),
    "masks and boxes": ((150, 440, 3), 1741215159),
    "same class": ((150, 440, 3), 1594297828),
    "ids": ((150, 440, 3), 38595203),
    "names": ((150, 440, 3), 3192519527),
    "polygons": ((150, 440, 3), 4046393879),
    "rle": ((150, 440, 3), 3287078000),
    "semantic": ((150, 440, 3), 2043911418),
    "panoptic": ((150, 440, 3), 3835634122),
    "all": ((150, 440, 3), 4227080757),
    "coco": ((150, 220, 3), 3584092288),
    "torchvision": ((150, 220, 3), 1781729514),
    "colors": ((150, 440, 3), 3964612731),
    "palette texts": ((150, 440, 3), 3076348040),
    "faint": ((150, 440, 3), 4037316021),
    "invisible": ((150, 440, 3), 3765639262),
}


@pytest.mark.parametrize("scene", SCENES)
def test_an_image_is_what_it_was(scene):
    sample, arguments = SCENES[scene]
    visualizer = Blocks(style="mmdet", **arguments)
    visualizer.dataset_meta = dict(classes=CLASSES, palette=PALETTE)
    visualizer.add_datasample(scene, PHOTO, sample)
    found = visualizer.get_image()
    assert (found.shape, zlib.crc32(found.tobytes())) == HASHES[scene]
