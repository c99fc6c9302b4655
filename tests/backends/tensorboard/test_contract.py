"""TensorboardVisBackend keeps the contract and survives the faults, read with TensorBoard's loader."""

import io

import numpy as np
from PIL import Image
from tensorboard.backend.event_processing.directory_watcher import DirectoryDeletedError
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

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


class TestContract(Tensorboard, BackendContract):
    pass


class TestFaults(Tensorboard, BackendFaults):
    pass
