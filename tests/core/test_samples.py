import gc
import math
import random
import threading
import tracemalloc
import weakref

import numpy as np
import pytest
from matplotlib.cbook import get_sample_data
from PIL import Image as Pillow

from viz_core import (
    AnnotationStyle,
    LocalVisBackend,
    RecordingError,
    RecordingWarning,
    Samples,
    Visualizer,
    VizWarning,
    as_annotations,
    make_grid,
    read_run,
)
from viz_core.annotations.layouts import draw_layout

BOX = {"bboxes": np.array([[4.0, 4, 20, 20]]), "labels": np.array([0])}
NOTHING = {"bboxes": np.zeros((0, 4)), "labels": np.zeros(0, int)}
SIZE = (24, 32, 3)


def image_of(number):
    return np.full(SIZE, number % 251, np.uint8)


class Lazy:
    """A value that counts how often it is asked for."""

    def __init__(self, value):
        self.value, self.calls = value, 0

    def __call__(self):
        self.calls += 1
        return self.value


@pytest.fixture
def visualizer(tmp_path):
    with Visualizer(vis_backends=[LocalVisBackend(tmp_path)]) as visualizer:
        yield visualizer


class Drawn(LocalVisBackend):
    """Keeps drawings, as most trackers do."""

    @classmethod
    def supports(cls, kind):
        return kind != "annotations" and super().supports(kind)


@pytest.fixture
def drawing(tmp_path):
    visualizer = Visualizer(vis_backends=[Drawn(tmp_path)], on_backend_error="raise")
    with pytest.warns(RecordingWarning, match="Drawn keeps no annotations: it gets an image of it"):
        visualizer.add_annotations("first", np.zeros(SIZE, np.uint8))
    yield visualizer
    visualizer.close()


def recorded(visualizer, tmp_path):
    """Return what was recorded: the steps of each sample by name."""
    visualizer.flush()
    if not any(tmp_path.iterdir()):
        return {}
    return {name: list(steps) for name, steps in read_run(tmp_path).annotations.items()}


def rows(visualizer, tmp_path, step=0):
    visualizer.flush()
    table = read_run(tmp_path).tables["val/worst"][step]
    assert list(table.columns) == ["slot", "id", "score"]
    return [[slot, str(name), score] for slot, name, score in table.rows]


def plain(image, truth, prediction):
    """Draw nothing: quick."""
    return image


def offer_all(samples, scores, order=None, step=0):
    for i in range(len(scores)) if order is None else order:
        samples.offer(i, image_of(i), BOX, BOX, scores[i])
    samples.finish(step)


SCORES = np.random.default_rng(3).random(200).round(1)  # with many that are equal


def test_the_same_are_fixed_in_any_order_and_after_a_restart(visualizer, tmp_path):
    for seed in range(3):
        order = list(range(200))
        random.Random(seed).shuffle(order)
        offer_all(Samples(visualizer, fixed=4, worst=0, draw=plain), SCORES, order, step=seed)
    # As hashed on any machine: who changes this makes resumed runs show other samples.
    expected = {f"val/{i}": [0, 1, 2] for i in FIXED}
    assert recorded(visualizer, tmp_path) == expected


FIXED = [10, 45, 100, 112]


def test_another_seed_fixes_others(visualizer, tmp_path):
    offer_all(Samples(visualizer, fixed=4, worst=0, seed=1, draw=plain), SCORES)
    assert len(recorded(visualizer, tmp_path).keys() - {f"val/{i}" for i in FIXED}) >= 3


def test_ids_may_be_given(visualizer, tmp_path):
    samples = Samples(visualizer, "test", fixed=["b/2.jpg", 7], worst=0, draw=plain)
    for name in ("a/1.jpg", "b/2.jpg", np.int64(7), 8):
        samples.offer(name, image_of(1), BOX, BOX)
    samples.finish(5)
    assert recorded(visualizer, tmp_path) == {"test/b/2.jpg": [5], "test/7": [5]}


@pytest.mark.parametrize("seed", range(3))
def test_the_worst_are_those_in_any_order(visualizer, tmp_path, seed):
    order = list(range(200))
    random.Random(seed).shuffle(order)
    scores = np.random.default_rng(3).permutation(200) / 7
    offer_all(Samples(visualizer, fixed=0, worst=5, draw=plain), scores, order)
    worst = np.argsort(-scores)[:5]
    expected = [[slot, str(i), pytest.approx(scores[i])] for slot, i in enumerate(worst, 1)]
    assert rows(visualizer, tmp_path) == expected
    found = read_run(tmp_path).annotations
    assert set(found) == {f"val/worst/{slot}" for slot in range(1, 6)}
    for slot, i in enumerate(worst, 1):
        shown = found[f"val/worst/{slot}"][0]
        assert (shown.image == i % 251).all()
        assert (shown.caption, shown.score) == (str(i), scores[i])
        assert shown.truth.bboxes.tolist() == shown.prediction.bboxes.tolist() == [[4, 4, 20, 20]]


def test_equal_scores_are_chosen_alike_in_any_order(visualizer, tmp_path):
    for step, order in enumerate([range(200), range(199, -1, -1)]):
        offer_all(Samples(visualizer, fixed=0, draw=plain), SCORES, order, step)
    assert rows(visualizer, tmp_path, 0) == rows(visualizer, tmp_path, 1)


def test_nothing_is_called_but_for_what_is_kept(visualizer):
    samples = Samples(visualizer, fixed=[3], worst=2, draw=plain)
    parts = [[Lazy(image_of(i)), Lazy(BOX), Lazy(BOX)] for i in range(8)]
    scores = [5.0, 9, 1, 0, 8, 7, 9.5, 2]
    for i, lazy in enumerate(parts):
        samples.offer(i, *lazy, score=Lazy(scores[i]))
    samples.finish(0)
    calls = [[each.calls for each in lazy] for lazy in parts]
    assert calls == [[1] * 3 if i in (0, 1, 3, 4, 6) else [0] * 3 for i in range(8)]


def test_without_a_score_the_sides_are_read_once_and_the_image_if_it_is_kept(visualizer, tmp_path):
    samples = Samples(visualizer, fixed=0, worst=1, draw=plain)
    parts = {
        name: (Lazy(image_of(9)), Lazy(BOX), Lazy(found))
        for name, found in (("bad", NOTHING), ("good", BOX))
    }
    for name, lazy in parts.items():
        samples.offer(name, *lazy)
    samples.finish(0)
    assert [each.calls for each in parts["bad"]] == [1, 1, 1]
    assert [each.calls for each in parts["good"]] == [0, 1, 1]
    assert rows(visualizer, tmp_path) == [[1, "bad", 1.0]]


def test_in_random_order_few_are_copied(visualizer):
    order = list(range(2000))
    random.Random(0).shuffle(order)
    samples = Samples(visualizer, fixed=8, worst=8, draw=plain)
    image = Lazy(image_of(0))
    for i in order:
        samples.offer(i, image, BOX, BOX, i)
    samples.finish(0)
    assert image.calls < 2 * 8 * (
        2 + math.log(2000 / 8)
    )  # of the 2,000: of each kind k (1 + ln(N / k))


@pytest.mark.parametrize(
    "make", [lambda array: array, lambda array: array.astype(np.float32) / 255]
)
def test_what_is_kept_is_a_copy_in_uint8(drawing, make):
    seen = []
    samples = Samples(
        drawing, fixed=1, worst=0, draw=lambda *sample: seen.append(sample) or sample[0]
    )
    batch, boxes = make(np.full((2, *SIZE), 51, np.uint8)), BOX["bboxes"].copy()
    samples.offer(1, batch[1], {"bboxes": boxes}, {"bboxes": boxes})
    batch[:], boxes[:] = 0, 0
    samples.finish(0)
    ((image, truth, prediction),) = seen
    assert image.dtype == np.uint8
    assert (image == 51).all()
    assert truth.bboxes.tolist() == prediction.bboxes.tolist() == [[4, 4, 20, 20]]


def test_a_file_is_read_for_what_is_recorded_alone(visualizer, tmp_path):
    (folder := tmp_path / "photos").mkdir()
    for i in range(8):
        exif = Pillow.Exif()
        exif[0x0112] = 6  # held upright
        Pillow.fromarray(image_of(30 * i)).save(folder / f"{i}.png", exif=exif)
    samples = Samples(visualizer, fixed=[2], worst=1)
    turned = np.zeros((1, SIZE[1], SIZE[0]), bool)
    turned[0, 30:, 4:9] = True
    sides = {"masks": turned, "labels": [0]}
    for i in range(8):
        samples.offer(i, folder / f"{i}.png", sides, sides, i)
    for i in (0, 1, 3, 4, 5, 6):
        (folder / f"{i}.png").unlink()  # they were kept for a while
    samples.finish(0)
    visualizer.flush()
    found = read_run(tmp_path).annotations
    for name, i in (("val/2", 2), ("val/worst/1", 7)):
        assert found[name][0].size == SIZE[:2]
        assert abs(found[name][0].image.astype(int) - 30 * i).max() <= 2
    samples.offer(1, str(folder / "7.png"), BOX, BOX, 1)
    with pytest.raises(FileNotFoundError):
        samples.offer(2, "gone.png", BOX, BOX, 9)
    samples.finish(1)  # nothing was held
    assert len(read_run(tmp_path).annotations["val/2"]) == 1


@pytest.mark.parametrize("when", ["offer", "finish"])
@pytest.mark.parametrize("ranks", [0, 2])
def test_with_on_error_a_sample_that_cannot_be_read_is_left_out_alone(tmp_path, ranks, when):
    photo = tmp_path / "photo.jpg"
    Pillow.fromarray(image_of(7)).save(photo)
    photo.write_bytes(photo.read_bytes()[:-20])  # its size can be read
    told = []

    def offer_and_finish(rank, gather):
        samples = Samples(
            visualizer, fixed=9, worst=9, gather=gather, on_error=lambda *what: told.append(what)
        )
        for i in range(rank, 8, max(1, ranks)):
            broken = {"offer": fail, "finish": photo}[when]
            samples.offer(i, broken if i == 4 else image_of(i), BOX, BOX, i)
        samples.finish(0)

    with Visualizer(vis_backends=[LocalVisBackend(tmp_path / "run")]) as visualizer:
        together = Ranks(max(1, ranks))
        threads = [
            threading.Thread(
                target=offer_and_finish, args=(i, together.gather(i) if ranks else None)
            )
            for i in range(max(1, ranks))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    run = read_run(tmp_path / "run")
    worst = [7, 6, 5, 3, 2, 1, 0]
    assert run.annotations.keys() == {f"val/{i}" for i in worst} | {
        f"val/worst/{slot}" for slot in range(1, 8)
    }
    assert {str(each) for each, _ in told} == {"4"}
    rows = [(slot, i, i) for slot, i in enumerate(worst, 1)]
    assert run.tables["val/worst"][0].rows == rows
    for slot, i, _ in rows:
        assert run.annotations[f"val/worst/{slot}"][0].line["caption"] == str(i)


def test_with_on_error_run_goes_on_after_an_image_that_cannot_be_read(visualizer, tmp_path):
    told = []
    samples = Samples(visualizer, fixed=9, worst=0, on_error=lambda *what: told.append(what))
    items = [(i, fail if i == 4 else image_of(i), BOX) for i in range(8)]
    samples.run(lambda image: BOX, items, 0)
    assert len(recorded(visualizer, tmp_path)) == 7
    assert [(name, str(error)) for name, error in told] == [(4, "it is broken")]


def test_of_samples_that_cannot_be_read_the_first_may_be_told(visualizer, tmp_path):
    samples = Samples(visualizer, fixed=9, worst=0, on_error="warn")
    with pytest.warns(VizWarning, match="'b' is left out.*RuntimeError: it is broken") as told:
        for name in "abc":
            samples.offer(name, image_of(0) if name == "a" else fail, BOX, BOX)
        samples.finish(0)
    assert len(told) == 1
    assert recorded(visualizer, tmp_path) == {"val/a": [0]}


def fail(*_):
    raise RuntimeError("it is broken")


def test_an_on_error_that_raises_leaves_nothing_held(visualizer, tmp_path):
    samples = Samples(visualizer, on_error=fail)
    samples.offer(1, image_of(1), BOX, BOX, 1)
    with pytest.raises(RuntimeError):
        samples.offer(2, "gone.png", BOX, BOX, 1)
    samples.finish(0)
    visualizer.add_scalar("loss", 1)
    assert read_run(tmp_path).annotations == {}


def copies(image):
    """Return how many arrays of an image's size were made since it was asked to, and are held."""
    gc.collect()  # of what an error holds in a circle
    return sum(trace.size == image.nbytes for trace in tracemalloc.take_snapshot().traces)


@pytest.mark.parametrize("how", ["finish", "offer", "draw", "step", "forget"])
def test_nothing_is_held_afterwards(drawing, tmp_path, how):
    samples = Samples(drawing, worst=4, fixed=4, draw=fail if how == "draw" else plain)
    big = np.zeros((500, 700, 3), np.uint8)
    tracemalloc.start()
    try:
        for i in range(9):
            samples.offer(i, big, BOX, BOX, i)
        assert copies(big) > 4
        if how == "offer":
            with pytest.raises(RuntimeError):
                samples.offer(10, fail, BOX, BOX, 10)
        elif how == "forget":
            samples.forget()
        elif how == "finish":
            samples.finish(0)
        else:
            with pytest.raises((RecordingError, TypeError)):
                samples.finish("one" if how == "step" else 0)
        drawing.flush()
        assert copies(big) == 0
    finally:
        tracemalloc.stop()
    if how in ("offer", "forget"):
        samples.finish(0)
        assert set(read_run(tmp_path).images) == {"first"}


def test_a_drawing_may_be_dropped_before_the_next(drawing):
    drawn = []

    def draw(image, truth, prediction):
        assert sum(each() is not None for each in drawn) <= 1
        made = image.copy()
        drawn.append(weakref.ref(made))
        return made

    offer_all(Samples(drawing, draw=draw), SCORES)
    assert len(drawn) > 8


def test_nan_is_the_worst_and_told_once(visualizer, tmp_path):
    samples = Samples(visualizer, fixed=0, worst=3, draw=plain)
    with pytest.warns(VizWarning, match="the score of sample '1' is NaN") as told:
        offer_all(samples, [math.inf, math.nan, 3.0, np.float32("nan"), -math.inf])
    assert len(told) == 1
    found = rows(visualizer, tmp_path)
    assert {found[0][1], found[1][1]} == {"1", "3"}
    assert found[2][1] == "0"
    offer_all(samples, [math.nan], step=1)  # would be an error if it were told again


def test_a_sample_that_comes_again_is_the_same(visualizer, tmp_path):
    samples = Samples(visualizer, fixed=3, worst=3, draw=plain)
    scores = [0.5, 0.9, 0.1, 0.7, 0.3]
    offer_all(samples, scores, [0, 1, 2, 3, 4, 0, 1, 1])
    assert [row[1] for row in rows(visualizer, tmp_path)] == ["1", "3", "0"]
    assert len([name for name in recorded(visualizer, tmp_path) if "worst" not in name]) == 3


def test_only_every_so_many_evaluations_are_looked_at(visualizer, tmp_path):
    samples = Samples(visualizer, fixed=[0], worst=0, every=3, draw=plain)
    turns = []
    for step in range(7):
        turns.append(samples.on_turn)
        image = Lazy(image_of(0))
        samples.offer(0, image, BOX, BOX)
        assert image.calls == samples.on_turn
        samples.finish(step)
    assert turns == [True, False, False, True, False, False, True]
    assert recorded(visualizer, tmp_path) == {"val/0": [0, 3, 6]}


def test_without_an_offer_nothing_is_recorded(visualizer, tmp_path):
    Samples(visualizer).finish(0)
    assert recorded(visualizer, tmp_path) == {}


@pytest.mark.parametrize(("worst", "predicted"), [(0, 2), (1, 6)])
def test_run_predicts_what_may_be_kept(visualizer, tmp_path, worst, predicted):
    seen = []
    samples = Samples(visualizer, fixed=2, worst=worst, every=2, draw=plain)

    def predict(image):
        seen.append(int(image[0, 0, 0]))
        return BOX, seen[-1] / 10

    items = [(i, Lazy(image_of(i)), BOX) for i in (0, 1, 2, 3, 4, 5)]
    samples.run(predict, [*items, items[0], items[1]] if not worst else items, 0)
    assert len(seen) == predicted
    assert [image.calls for _, image, _ in items].count(1) == predicted
    samples.run(fail, iter(fail, None), 1)  # not its turn: not even the items are asked for
    if worst:
        assert rows(visualizer, tmp_path) == [[1, "5", 0.5]]
    assert len([name for name in recorded(visualizer, tmp_path) if "worst" not in name]) == 2


def test_run_takes_a_prediction_that_is_a_pair_itself(visualizer, tmp_path):
    ids = np.zeros(SIZE[:2], int)
    pair = (ids, [{"id": 0, "category_id": 1}])
    Samples(visualizer, fixed=1, worst=0).run(lambda image: pair, [(1, image_of(1), None)], 0)
    assert recorded(visualizer, tmp_path) == {"val/1": [0]}


def test_run_that_breaks_off_holds_nothing(visualizer, tmp_path):
    samples = Samples(visualizer, draw=plain)
    calls = iter([lambda image: BOX, fail])
    with pytest.raises(RuntimeError):
        samples.run(lambda image: next(calls)(image), [(i, image_of(i), BOX) for i in (1, 2)], 0)
    samples.finish(0)
    assert recorded(visualizer, tmp_path) == {}


class Ranks:
    """Threads that gather as processes do; counts the images that were sent."""

    def __init__(self, count):
        self.given = [None] * count
        self.barrier = threading.Barrier(count, timeout=30)
        self.sent = 0

    def gather(self, rank):
        def gather(mine):
            self.given[rank] = mine
            self.barrier.wait()
            found = list(self.given)
            self.barrier.wait()
            if isinstance(mine, list):
                self.sent += len({name for part in mine for name in part})
            return found

        return gather


def run_ranks(visualizer, count, shards, scores, **options):
    ranks = Ranks(count)
    failed = []

    def work(rank):
        try:
            samples = Samples(visualizer, draw=plain, gather=ranks.gather(rank), **options)
            offer_all(samples, scores, shards[rank])
        except Exception as error:  # noqa: BLE001 - asserted below
            failed.append(error)
            ranks.barrier.abort()

    threads = [threading.Thread(target=work, args=[rank]) for rank in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    return ranks.sent


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_ranks_together_choose_as_one_does(tmp_path, count):
    """With a sampler's padding, so that some samples are on two ranks."""
    found, numbers = [], [*range(200), *range((-200) % count)]
    for name, ranks in (("one", None), ("several", count)):
        with Visualizer(vis_backends=[LocalVisBackend(tmp_path / name)]) as visualizer:
            if ranks is None:
                offer_all(Samples(visualizer, draw=plain), SCORES)
            else:
                shards = [numbers[rank::count] for rank in range(count)]
                sent = run_ranks(visualizer, count, shards, SCORES)
        run = read_run(tmp_path / name)
        found.append(
            [
                {key: steps[0].line for key, steps in run.annotations.items()},
                sorted(path.name for path in (tmp_path / name / "annotations").iterdir()),
                [list(row) for row in run.tables["val/worst"][0].rows],
            ]
        )
    assert found[0] == found[1]
    assert sent <= 16


def test_what_padding_repeats_on_another_rank_is_there_once(visualizer, tmp_path):
    sent = run_ranks(visualizer, 2, [[0, 1], [1, 0]], [0.2, 0.8], fixed=4, worst=4)
    assert [row[1] for row in rows(visualizer, tmp_path)] == ["1", "0"]
    assert sent == 2


@pytest.mark.parametrize("shards", [[[0, 1], []], [[], [0, 1]]])
def test_a_rank_may_have_no_sample(visualizer, tmp_path, shards):
    run_ranks(visualizer, 2, shards, [0.2, 0.8])
    assert [row[1] for row in rows(visualizer, tmp_path)] == ["1", "0"]


def test_no_rank_needs_to_have_one(visualizer):
    run_ranks(visualizer, 2, [[], []], [])


@pytest.mark.parametrize("gathered", [None, [], [3], "x"])
def test_a_gather_that_returns_something_else_is_told(visualizer, gathered):
    samples = Samples(visualizer, gather=lambda mine: gathered)
    samples.offer(1, image_of(1), BOX, BOX)
    with pytest.raises(ValueError, match="gather must return a list with what each rank gave it"):
        samples.finish(0)


def test_ranks_that_cannot_gather_are_told_once(visualizer, monkeypatch):
    monkeypatch.setenv("WORLD_SIZE", "2")
    samples = Samples(visualizer, fixed=1, worst=0, draw=plain)
    with pytest.warns(VizWarning, match="there are 2 ranks and no gather="):
        offer_all(samples, [1])
    offer_all(samples, [1], step=1)
    own = Samples(visualizer, fixed=1, worst=0, draw=plain, gather=lambda mine: [mine])
    offer_all(own, [1], step=2)


def test_fixed_ids_that_are_not_offered_are_told_once(visualizer):
    samples = Samples(visualizer, fixed=["0", "1.jpg", "2.jpg"], worst=0, draw=plain)
    with pytest.warns(VizWarning, match=r"2 of 3 fixed samples were not offered, as '1\.jpg'"):
        offer_all(samples, [1])
    offer_all(samples, [1], step=1)


def test_a_drawing_has_id_and_score_above_it(drawing, tmp_path):
    samples = Samples(drawing, fixed=["cat.jpg"], worst=0, draw=plain)
    wide = np.zeros((40, 400, 3), np.uint8)
    samples.offer("cat.jpg", wide, BOX, BOX, 0.12345)
    samples.finish(0)
    samples.offer("cat.jpg", wide, BOX, BOX)
    samples.finish(1)
    drawing.flush()
    images = read_run(tmp_path).images["val/cat.jpg"]
    for step, caption in enumerate(["cat.jpg, score 0.1235", "cat.jpg"]):
        assert (images[step] == make_grid([wide], [caption], padding=0)).all()


@pytest.mark.parametrize("layout", ["side_by_side", "overlay", "matches", "prediction"])
def test_a_drawing_has_the_layout_asked_for_and_the_colors_of_the_data_set(
    drawing, tmp_path, layout
):
    image = np.zeros((120, 160, 3), np.uint8)
    drawing.dataset_meta = {"classes": ["cat"], "palette": [(1, 200, 3)]}
    found = {**BOX, "bboxes": BOX["bboxes"] + 3}
    for step, classes in enumerate([None, ["dog"]]):
        samples = Samples(drawing, fixed=1, worst=0, layout=layout, classes=classes)
        samples.offer(5, image, BOX, found)
        samples.finish(step)
    drawing.flush()
    images = read_run(tmp_path).images["val/5"]
    for step, classes in enumerate([["cat"], ["dog"]]):
        sides = as_annotations(BOX), as_annotations(found)
        style = AnnotationStyle(palette=[(1, 200, 3)])
        drawn = draw_layout(image, *sides, layout=layout, style=style, classes=classes)
        assert (images[step] == make_grid([drawn], ["5"], padding=0)).all()


@pytest.mark.parametrize("palette", [None, [(1, 200, 3)], {0: (255, 0, 0, 128)}, "gold", "coco"])
def test_what_is_read_back_draws_the_same(drawing, visualizer, tmp_path, palette):
    image = np.full((120, 160, 3), 128, np.uint8)
    for each in (drawing, visualizer):
        each.dataset_meta = {"classes": ["cat"], "skeleton_links": [(0, 1)], "palette": palette}
        pose = {**BOX, "keypoints": [[[9, 9], [40, 60]]]}
        each.add_annotations("a", image, BOX, pose, 3, layout="overlay", caption="é", score=0.5)
        each.flush()
    run = read_run(tmp_path)  # both have recorded there
    assert (run.annotations["a"][3].draw("overlay") == run.images["a"][3]).all()
    assert run.annotations["a"][3].draw().shape[1] > 2 * 160
    small = Visualizer(vis_backends=[LocalVisBackend(tmp_path / "small", max_side=80)])
    small.add_annotations("a", image, BOX)
    (sample,) = read_run(tmp_path / "small").annotations["a"].values()
    assert (sample.image.shape, sample.draw().shape) == ((60, 80, 3), (120, 160, 3))


def test_one_side_alone_is_drawn_alone(drawing, tmp_path):
    image = np.zeros((120, 160, 3), np.uint8)
    for step, sides in enumerate([(BOX, None), (None, BOX), (BOX, BOX)]):
        drawing.add_annotations("a", image, *sides, step)
    drawing.flush()
    first, second, both = read_run(tmp_path).images["a"].values()
    assert (first == second).all()
    assert first.shape == image.shape
    assert both.shape[1] > 320


def test_fifty_evaluations_are_small(visualizer, tmp_path):
    """8 fixed and 8 worst photos of 640x480, 20 true and 20 predicted boxes each: 3 MB at most."""
    with Pillow.open(get_sample_data("grace_hopper.jpg", asfileobj=False)) as file:
        photo = np.asarray(file.resize((640, 480)))
    rng = np.random.default_rng(0)
    corners = rng.uniform(0, 400, (16, 20, 2))
    photos = [np.roll(photo, 30 * i, axis=1) for i in range(16)]
    samples = Samples(visualizer, fixed=range(8), worst=8)
    for step in range(50):
        for i, near in enumerate(corners):
            found = near + rng.normal(scale=9, size=near.shape)
            labels, scores = np.arange(20) % 5, rng.random(20)
            truth = {"bboxes": np.hstack([near, near + 80]), "labels": labels}
            prediction = {"bboxes": np.hstack([found, found + 80]), "labels": labels}
            samples.offer(i, photos[i], truth, {**prediction, "scores": scores}, float(i))
        samples.finish(step)
    visualizer.flush()
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len([path for path in files if path.suffix == ".jpg"]) == 16
    size = sum(path.stat().st_size for path in files)
    assert size <= 3e6
    run = read_run(tmp_path)
    assert [len(steps) for steps in run.annotations.values()] == [50] * 16
    worst = run.annotations["val/worst/1"][49]
    assert (worst.caption, worst.size, len(worst.prediction)) == ("15", (640, 480), 20)
    assert abs(worst.image.astype(int) - photos[15]).mean() < 3


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"layout": "both"}, "layout must be one of 'side_by_side', 'overlay'"),
        ({"fixed": -1}, "fixed must be at least 0, got -1"),
        ({"fixed": "a.jpg"}, "fixed must be a whole number"),
        ({"fixed": True}, "fixed must be a whole number"),
        ({"worst": 1.5}, "worst must be a whole number"),
        ({"every": 0}, "every must be at least 1"),
        ({"seed": None}, "seed must be a whole number"),
        ({"name": ""}, "name must not be empty"),
        ({"classes": 3}, "classes must be a list of names"),
        ({"on_error": "ignore"}, "on_error must be a function, 'warn' or None, got 'ignore'"),
    ],
)
def test_wrong_arguments_are_named(visualizer, options, text):
    with pytest.raises((TypeError, ValueError), match=text):
        Samples(visualizer, **options)
