"""What copying a run to a store costs: python benchmarks/remote.py.

It needs s3fs and moto's server (`pip install s3fs "moto[server,s3]"`), which runs in a process of
its own. CPU time and memory are of the process that records.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from compare import print_environment

from viz_core import Visualizer

#: Scalars a second, seconds between two contacts, and images that are uploaded, with their bytes.
RATE, EVERY, IMAGES, BYTES = 100, 30, 10_000, 100_000

SERVER = """
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
import signal; signal.pause()
"""


def make(folder: Path, remote: object) -> Visualizer:
    local = [dict(type="LocalVisBackend")]
    return Visualizer(vis_backends=local, save_dir=folder, remote=remote)


def added_to_a_scalar(folder: Path) -> None:
    """CPU time of `add_scalar` with and without a remote, turn by turn."""
    contenders = {
        "without remote": make(folder / "without", None),
        "with remote": make(folder / "with", dict(url="memory://scalars", every=1)),
    }
    times: dict[str, list[float]] = {name: [] for name in contenders}
    for turn in range(80):
        for name in sorted(contenders, reverse=bool(turn % 2)):
            start = time.thread_time()
            for step in range(2000):
                contenders[name].add_scalar("loss", 0.5, step=step)
            times[name].append((time.thread_time() - start) / 2000 * 1e6)
    for name, values in times.items():
        print(f"add_scalar {name}: {statistics.median(values):.3f} us of CPU")
        contenders[name].close()


def images_to_memory(folder: Path) -> None:
    """How many images of 100 KB a second are read and put into a store that takes no time."""
    from viz_core.remote.folder import FolderUpload
    from viz_core.remote.store import Store

    images = folder / "images/vis_image"
    images.mkdir(parents=True)
    (images / "a_0.png").write_bytes(os.urandom(BYTES))
    for step in range(1, IMAGES):
        (images / f"a_{step}.png").hardlink_to(images / "a_0.png")
    start, used = time.perf_counter(), time.process_time()
    errors = FolderUpload(images.parent, Store("memory://images")).upload()
    seconds, used = time.perf_counter() - start, time.process_time() - used
    assert not errors
    print(
        f"{IMAGES} images of 100 KB to memory://: {IMAGES / seconds:.0f} a second, {used:.1f} s of CPU"
    )
    start = time.process_time()
    FolderUpload(images.parent, Store("memory://images")).upload()
    print(
        f"a contact beside {IMAGES} that are there: {(time.process_time() - start) * 1e3:.0f} ms of CPU"
    )


def a_training(folder: Path) -> None:
    """CPU time and memory of contacts with an S3 server, each after 30 s of 100 scalars a second."""
    import s3fs

    from viz_core.remote.folder import FolderUpload
    from viz_core.remote.store import Store

    before = resident()
    visualizer = make(folder / "training", None)
    s3fs.S3FileSystem().mkdir("training")
    upload = FolderUpload(folder / "training/vis_data", Store("s3://training/run"))
    used = []
    for contact in range(20):
        for step in range(RATE * EVERY):
            visualizer.add_scalar("loss", 0.5, step=contact * RATE * EVERY + step)
        start = time.process_time()
        errors = upload.upload()
        used.append(time.process_time() - start)
        assert not errors
    first, others = used[0], statistics.median(used[1:])
    print(
        f"first contact: {first * 1e3:.0f} ms of CPU, each other {others * 1e3:.1f} ms: "
        f"{others / EVERY:.2%} of a core at {RATE} scalars a second"
    )
    print(f"memory: {resident() - before:.0f} MB above s3fs imported, after 20 contacts")
    for step in range(200):
        path = folder / f"training/vis_data/vis_image/a_{step}.png"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(os.urandom(BYTES))
    start, used_by_images = time.perf_counter(), time.process_time()
    assert not upload.upload()
    print(
        f"200 images of 100 KB to S3 on loopback: {200 / (time.perf_counter() - start):.0f} a second, "
        f"{(time.process_time() - used_by_images) / 200 * 1e3:.1f} ms of CPU each"
    )
    visualizer.close()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    print(f"memory: {resident() - before:.0f} MB after these, {peak - before:.0f} MB at its peak")


def resident() -> float:
    """Return the megabytes of this process."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def main() -> None:
    """Measure and print; each in a process of its own."""
    if len(sys.argv) > 1:
        with tempfile.TemporaryDirectory() as name:
            globals()[sys.argv[1]](Path(name))
        return
    print_environment(["viz-core", "fsspec", "s3fs", "numpy"])
    with subprocess.Popen(
        [sys.executable, "-c", SERVER], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as server:
        assert server.stdout is not None
        port = int(server.stdout.readline())
        credentials = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}
        there = {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}", "AWS_DEFAULT_REGION": "us-east-1"}
        for name in ("added_to_a_scalar", "images_to_memory", "a_training"):
            environment = {**os.environ, **credentials, **there}
            subprocess.run([sys.executable, __file__, name], env=environment, check=True)
        server.terminate()


if __name__ == "__main__":
    main()
