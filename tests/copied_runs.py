"""What is in a folder of a run, and what is at its copy, both as ``{file: bytes}``."""

import re

#: What is not the run's own: trackers', the memory of what was uploaded, what is half written.
_OTHERS = re.compile(
    r"(.*/)?uploaded\.jsonl|wandb/.*|ml(flow\.db|artifacts/.*)|events\.out.*|(.*/)?\.[0-9a-f]{16}\.tmp"
)


def joined(objects):
    """Return what objects are together, by key; parts may neither overlap nor be missing."""
    files, parts = {}, {}
    for key, content in objects.items():
        file, is_part, name = key.rpartition(".parts/")
        if is_part:
            rank, _, first = name.partition("-")
            assert content.endswith(b"\n"), f"{key} ends within a line"
            parts.setdefault((file, rank), {})[int(first)] = content
        else:
            files[key] = content
    for (file, _), contents in parts.items():
        text = b""
        for first in sorted(contents):
            assert first == len(text), f"{file}: {len(text)} bytes, then byte {first}"
            text += contents[first]
        files[file] = text
    return files


def in_folder(folder):
    """Return what files hold, by name relative to a folder, without what is half written."""
    found = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }
    return {name: content for name, content in found.items() if not _OTHERS.fullmatch(name)}


def in_memory(url):
    """Return the objects below a ``memory://`` URL, by key."""
    import fsspec

    store, root = fsspec.core.url_to_fs(url)
    try:
        found = store.find(root)
    except FileNotFoundError:
        found = []
    return {path.removeprefix(f"{root}/"): store.cat_file(path) for path in found}
