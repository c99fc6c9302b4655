"""TensorboardVisBackend keeps the contract and survives the faults, read with TensorBoard's loader."""

import io
from pathlib import Path

import numpy as np
from PIL import Image
from tensorboard.backend.event_processing.directory_watcher import DirectoryDeletedError
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData
from tensorboard.util import tensor_util

from viz_core.testing import BackendContract, BackendFaults, evaluate_config


class Tensorboard:
    type = "TensorboardVisBackend"

    def load(self, save_dir):
        everything = {"scalars": 0, "images": 0, "tensors": 0}
        loader = EventAccumulator(str(save_dir), everything, purge_orphaned_data=False)
        try:
            return loader.Reload()
        except DirectoryDeletedError as error:
            raise FileNotFoundError(save_dir) from error

    def read_scalars(self, save_dir):
        loader = self.load(save_dir)
        for name in loader.Tags()["scalars"]:
            yield from ((name, event.step, event.value) for event in loader.Scalars(name))

    def read_images(self, save_dir):
        loader = self.load(save_dir)
        for name in loader.Tags()["images"]:
            for event in loader.Images(name):
                image = Image.open(io.BytesIO(event.encoded_image_string))
                yield name, event.step, np.asarray(image)

    def read_config(self, save_dir):
        (event,) = self.load(save_dir).Tensors("config/text_summary")
        text = event.tensor_proto.string_val[0].decode()
        return evaluate_config(text.split("~~~")[1])

    def read_kind(self, save_dir, kind):
        loader = self.load(save_dir)
        if kind == "figure":
            yield from self.read_images(save_dir)
        elif kind == "hparams":
            (start,) = (m for t, m in metadata(loader).items() if t.endswith("session_start_info"))
            content = HParamsPluginData.FromString(start.plugin_data.content)
            values = {
                name: getattr(value, value.WhichOneof("kind"))
                for name, value in content.session_start_info.hparams.items()
            }
            yield "", 0, (values, {"acc": loader.Scalars("hparam/acc")[-1].value})
        else:
            for tag in [tag for tag in metadata(loader) if tag.endswith(kind)]:  # not of others
                for event in loader.Tensors(tag):
                    array = tensor_util.make_ndarray(event.tensor_proto)
                    yield tag, event.step, READ[kind](array)


def metadata(loader):
    return {tag: loader.SummaryMetadata(tag) for tag in loader.Tags()["tensors"]}


def read_table(cells):
    columns, *rows = [[cell.decode().replace("\\", "") for cell in row] for row in cells]
    return [name.strip("*") for name in columns], rows


READ = {
    "images": lambda texts: [np.asarray(Image.open(io.BytesIO(data))) for data in texts[2:]],
    "video": lambda texts: Image.open(io.BytesIO(texts[2])).n_frames,
    "histogram": lambda buckets: ([*buckets[:, 0], buckets[-1, 1]], buckets[:, 2]),
    "text": lambda text: text.item().decode(),
    "html": lambda text: Path(text.item().decode().strip("`")).read_text("utf-8"),
    "table": read_table,
    "pr_curve": lambda rows: rows[4:],
}


class TestContract(Tensorboard, BackendContract):
    pass


class TestFaults(Tensorboard, BackendFaults):
    pass
