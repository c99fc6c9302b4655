"""Results of many makes, drawn as the sample that they stand for.

The classes here have the shape of their libraries' own, as far as the adapter reads them.
"""

from collections import namedtuple
from types import SimpleNamespace

import numpy as np
import pytest

from viz_core import VizWarning
from viz_mmdet_adapter import DetLocalVisualizer

BOXES = np.array([[20.0, 30, 80, 90], [100, 50, 150, 110], [5, 5, 40, 20]])
LABELS, SCORES, IDS = np.array([1, 0, 1]), np.array([0.9, 0.5, 0.2]), np.array([7, 8, 9])
MASKS = np.zeros((3, 120, 160), bool)
for _mask, (_x0, _y0, _x1, _y1) in zip(MASKS, BOXES.astype(int).tolist(), strict=True):
    _mask[_y0:_y1, _x0:_x1] = True
    _mask[_y0 : _y0 + 9, _x0 : _x0 + 9] = False
NAMES = ["cat", "dog"]
FIELDS = {"bboxes": BOXES, "labels": LABELS, "scores": SCORES}


def drawn(image, sample, classes=NAMES, **options):
    visualizer = DetLocalVisualizer()
    visualizer.dataset_meta = {"classes": classes, "palette": [(255, 0, 0), (0, 0, 255)]}
    visualizer.add_datasample("a", image, sample, **options)
    return visualizer.get_image()


def prediction(image, **fields):
    return drawn(image, {"pred_instances": fields}, draw_gt=False)


def make(**fields):
    return SimpleNamespace(**fields)


class Detectron2Instances:
    """Raises for fields that it lacks, and keeps those that it has."""

    def __init__(self, **fields):
        self._fields = fields

    def get_fields(self):
        return self._fields

    def __getattr__(self, name):
        if name == "_fields" or name not in self._fields:
            raise AttributeError(name)
        return self._fields[name]


class CompactMasks:
    """As supervision's, which makes the mask of an object when it is asked for."""

    def __init__(self, masks):
        self.masks, self.shape = masks, masks.shape

    def __len__(self):
        return len(self.masks)

    def __getitem__(self, index):
        found = self.masks[index]
        return found if isinstance(index, (int, np.integer)) else CompactMasks(found)


def supervision(**more):
    absent = dict.fromkeys(("mask", "confidence", "class_id", "tracker_id"))
    return make(**absent | {"xyxy": BOXES, "data": {}, "metadata": {}} | more)


def ultralytics(**more):
    boxes = make(xyxy=BOXES, cls=LABELS.astype(np.float32), conf=SCORES, id=None)
    fields = {"boxes": boxes, "masks": None, "names": dict(enumerate(NAMES)), "probs": None}
    return make(**fields | {"orig_img": np.zeros((120, 160, 3)), "orig_shape": (120, 160)} | more)


Tuple = namedtuple("Tuple", "boxes labels scores")

#: By library: a result, and the fields of the sample that it stands for.
RESULTS = {
    "torchvision": ({"boxes": BOXES, "labels": LABELS, "scores": SCORES}, FIELDS),
    "torchvision with masks": (
        {"boxes": BOXES, "labels": LABELS, "scores": SCORES, "masks": MASKS[:, None] * 0.9},
        {**FIELDS, "masks": MASKS},
    ),
    "torchvision's target": (
        {"boxes": BOXES, "labels": LABELS, "masks": MASKS.astype(np.uint8)},
        {"bboxes": BOXES, "labels": LABELS, "masks": MASKS},
    ),
    "torchvision's boxes": (
        {"boxes": type("Boxes", (np.ndarray,), {})((3, 4))},  # filled below
        {"bboxes": BOXES},
    ),
    "transformers": ({"scores": SCORES, "labels": LABELS, "boxes": BOXES}, FIELDS),
    "transformers with texts": (
        {"scores": SCORES, "labels": ["a", "b", "a"], "boxes": BOXES, "text_labels": list("aba")},
        {**FIELDS, "labels": [0, 1, 0], "label_names": list("aba")},
    ),
    "detectron2": (
        {
            "instances": Detectron2Instances(
                pred_boxes=make(tensor=BOXES), pred_classes=LABELS, scores=SCORES, pred_masks=MASKS
            )
        },
        {**FIELDS, "masks": MASKS},
    ),
    "detectron2's truth": (
        Detectron2Instances(
            gt_boxes=make(tensor=BOXES), gt_classes=LABELS, gt_masks=make(tensor=MASKS)
        ),
        {"bboxes": BOXES, "labels": LABELS, "masks": MASKS},
    ),
    "supervision": (supervision(class_id=LABELS, confidence=SCORES), FIELDS),
    "supervision with all": (
        supervision(
            class_id=LABELS,
            confidence=SCORES,
            mask=CompactMasks(MASKS),
            tracker_id=IDS,
            data={"class_name": np.array(["x", "y", "z"])},
        ),
        {**FIELDS, "masks": MASKS, "instances_id": IDS, "label_names": ["x", "y", "z"]},
    ),
    "ultralytics": (ultralytics(), FIELDS),
    "ultralytics with masks": (
        ultralytics(
            masks=make(
                data=MASKS[:, ::2, ::2],
                orig_shape=(120, 160),
                xy=[box[[0, 1, 2, 1, 2, 3, 0, 3]].reshape(4, 2) for box in BOXES],
            )
        ),
        {**FIELDS, "masks": [[box[[0, 1, 2, 1, 2, 3, 0, 3]]] for box in BOXES]},
    ),
    "ultralytics with masks of its image": (
        ultralytics(masks=make(data=MASKS, orig_shape=(120, 160), xy=[])),
        {**FIELDS, "masks": MASKS},
    ),
    "COCO": (
        [
            {
                "bbox": [box[0], box[1], *(box[2:] - box[:2])],
                "category_id": int(label),
                "segmentation": [box[[0, 1, 2, 1, 2, 3, 0, 3]].tolist()],
                "id": 5,
            }
            for box, label in zip(BOXES, LABELS, strict=True)
        ],
        {
            "bboxes": BOXES,
            "labels": LABELS,
            "masks": [[box[[0, 1, 2, 1, 2, 3, 0, 3]]] for box in BOXES],
        },
    ),
    "MMDetection's tracks": (make(**FIELDS, instances_id=IDS), {**FIELDS, "instances_id": IDS}),
    "MMDetection's true tracks": (
        make(bboxes=BOXES, labels=LABELS, instances_ids=IDS),
        {"bboxes": BOXES, "labels": LABELS, "instances_id": IDS},
    ),
    "a named tuple": (Tuple(BOXES, LABELS, SCORES), FIELDS),
}
RESULTS["torchvision's boxes"][0]["boxes"][:] = np.hstack(
    [(BOXES[:, :2] + BOXES[:, 2:]) / 2, BOXES[:, 2:] - BOXES[:, :2]]
)
RESULTS["torchvision's boxes"][0]["boxes"].format = make(name="CXCYWH")


@pytest.mark.parametrize("library", RESULTS)
def test_the_result_of_a_model_is_drawn_as_its_sample(image, library):
    result, fields = RESULTS[library]
    wanted = prediction(image, **fields)
    assert (wanted != image).any()
    assert (drawn(image, result) == wanted).all()
    assert (drawn(image, result, draw_gt=False) == wanted).all()
    assert (drawn(image, {"pred_instances": result}, draw_gt=False) == wanted).all()
    assert (drawn(image, result, draw_gt=False, draw_pred=False) == image).all()


def test_one_annotation_of_coco_is_drawn_as_a_list_of_it(image):
    annotation = {"bbox": [20, 30, 60, 60], "category_id": 1, "segmentation": []}
    wanted = prediction(image, bboxes=BOXES[:1], labels=[1], masks=[[]])
    for sample in (annotation, [annotation], {"pred_instances": annotation}):
        assert (drawn(image, sample, draw_gt=False) == wanted).all()


def test_a_batch_of_one_is_its_result_and_of_more_is_told(image):
    result = RESULTS["torchvision"][0]
    assert (drawn(image, [result]) == drawn(image, result)).all()
    with pytest.raises(TypeError, match="that of one image, got 2 in a list; give one of them"):
        drawn(image, [result, result])
    for batch in ([IDS, IDS], (IDS, IDS), [LABELS, [1]]):
        with pytest.raises(TypeError, match="that of one image, got 2 in a"):
            drawn(image, batch)


def test_the_panoptic_result_of_transformers_and_detectron2_is_drawn(image):
    ids = np.zeros((120, 160), np.int64)
    ids[:, 80:], ids[:40] = 1, 2
    info = [{"id": 1, "label_id": 1, "score": 0.9}, {"id": 2, "label_id": 0, "score": 0.1}]
    found = drawn(image, {"segmentation": ids, "segments_info": info})
    assert (found[60:, :76] == image[60:, :76]).all()
    assert (found[60, 150] != image[60, 150]).any()
    assert (found[20, 150] == image[20, 150]).all()  # its score is below the threshold
    result = {"segmentation": ids, "segments_info": info}
    for name in ("pred_instances", "pred_panoptic_seg"):
        assert (drawn(image, {name: result}, draw_gt=False) == found).all()
    entries = [{"id": 1, "category_id": 1, "score": 0.9, "isthing": True}]
    assert (drawn(image, (ids, entries)) == found).all()
    outputs = {
        "panoptic_seg": (ids, entries),
        "instances": RESULTS["detectron2"][0]["instances"],
        "sem_seg": np.zeros((2, 120, 160)),
    }
    assert (drawn(image, outputs) == found).all()


def test_semantic_results_are_drawn(image):
    ids = np.zeros((120, 160), np.int64)
    ids[:, 80:] = 1
    wanted = drawn(image, {"pred_sem_seg": {"sem_seg": ids}}, draw_gt=False)
    scores = np.stack([ids == 0, ids == 1]).astype(np.float32)
    for result in (ids, ids[None], {"sem_seg": ids}, {"sem_seg": scores}, [ids]):
        assert (drawn(image, result) == wanted).all()


@pytest.mark.parametrize("kind", ["instances", "sem_seg", "panoptic_seg"])
def test_a_misspelt_side_is_drawn_and_told(image, kind):
    ids = np.kron([[0, 1]], np.ones((120, 80), int))
    fields = {"bboxes": BOXES} if kind == "instances" else {"sem_seg": ids}
    name = f"pred_{kind}"
    wrong = name[:-1] if kind == "instances" else f"{name}s"
    wanted = drawn(image, {name: fields}, draw_gt=False)
    for sample in ({wrong: fields}, make(**{wrong: fields})):
        with pytest.warns(
            VizWarning, match=f"field '{wrong}' of data_sample is taken for '{name}'"
        ):
            found = drawn(image, sample, draw_gt=False)
        assert (found == wanted).all()


@pytest.mark.parametrize(("wrong", "right"), [("score", "scores"), ("label", "labels")])
def test_a_misspelt_field_is_taken_and_told(image, wrong, right):
    fields = dict(FIELDS)
    fields[wrong] = fields.pop(right)
    with pytest.warns(VizWarning, match=f"'{wrong}' of the instances is taken for '{right}'"):
        assert (prediction(image, **fields) == prediction(image, **FIELDS)).all()


@pytest.mark.parametrize("name", ["bbox", "box"])
def test_a_field_that_may_mean_something_else_is_told(image, name):
    with pytest.warns(
        VizWarning, match=f"'{name}' of the instances is not drawn; did you mean 'b.*xes'"
    ):
        prediction(image, **{name: BOXES}, labels=LABELS, scores=SCORES)


@pytest.mark.parametrize(
    "sample",
    [
        {"detections": 1, "other": 2},
        make(detections=1, other=2),
        {"pred_instances": {"other": 1}},
        {"pred_instances": {"labels": [0], "scores": [0.9], "other": 1}},
    ],
    ids=str,
)
def test_what_is_not_understood_is_told_with_the_fields_seen_and_known(image, sample):
    with pytest.warns(VizWarning, match=r"nothing of .* is drawn.*other; known are .*bboxes"):
        assert (drawn(image, sample, draw_gt=False) == image).all()


@pytest.mark.parametrize("sample", [{}, {"gt_instances": {}}, {"gt_instances": []}], ids=str)
def test_what_is_empty_is_drawn_as_the_bare_image(image, sample):
    assert (drawn(image, sample, draw_pred=False) == image).all()


def test_what_has_no_fields_at_all_is_told(image):
    with pytest.warns(VizWarning, match="a function with the fields none; known are gt_instances"):
        drawn(image, lambda: 0)
    with pytest.raises(TypeError, match=r"data_sample must be a sample with fields.*got str: 'x'"):
        drawn(image, "x")
    with pytest.raises(TypeError, match="must hold COCO's annotations"):
        drawn(image, {"gt_instances": [1, 2]}, draw_pred=False)


def test_fields_that_mmdetection_has_beside_are_not_told(image):
    sample = make(gt_instances=make(**FIELDS), ignored_instances=make(bboxes=[]))
    sample.pred_instances_3d = sample.proposals = make(priors=1)
    for beside in ("mask_inds", "bbox_index", "level_ids", "priors", "mask_scores"):
        setattr(sample.gt_instances, beside, np.zeros(3))
    drawn(image, sample)


def test_boxes_that_are_no_corners_in_pixels_are_told(image):
    sizes = np.hstack([BOXES[:, :2], BOXES[:, 2:] - BOXES[:, :2]])
    with pytest.warns(VizWarning, match="1 of 3 bboxes are not x1, y1, x2, y2.*x, y, width, hei"):
        prediction(image, bboxes=sizes)
    with pytest.warns(VizWarning, match=r"all bboxes lie within 0..1.*width and height"):
        prediction(image, bboxes=BOXES / 200)
    for fine in ([[0, 0, 1, 1], [3, 3, 5, 5]], [[3, 3, 3, 3]]):
        prediction(image, bboxes=np.array(fine))
