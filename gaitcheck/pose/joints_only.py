"""The pose model without the part that cuts out the person's outline.

The landmark network of every official bundle also draws a mask of the person, which takes two fifths of its time and
which nothing here looks at. The operations that only the mask needs are left out before the model is loaded; all
others, and all weights, stay as they are, so that the joints are the same to the last bit (a test).
"""

from __future__ import annotations

import io
import threading
import zipfile
from functools import lru_cache
from pathlib import Path
from typing import Any

from gaitcheck.pose.bundle import LANDMARKS_PART, packed, store

#: MediaPipe knows the network's outputs by their place: joints, presence, mask, heat map, joints in space.
_OUTPUTS, _MASK = 5, 2
_TFLITE_MARK = slice(4, 8), b"TFL3"
_ONE_AT_A_TIME = threading.Lock()


def joints_only(bundle: Path) -> bytes:
    """A pose model bundle that finds the same joints and draws no mask.

    Parameters
    ----------
    bundle : the file of a pose model.

    Returns
    -------
    The smaller bundle; the file's own content where it is no bundle with a landmark network of the known kind.

    Raises
    ------
    OSError
        The file cannot be read.
    """
    about = bundle.stat()
    with _ONE_AT_A_TIME:  # several threads ask at the same moment, and one answer serves all
        return _joints_only(bundle, about.st_mtime_ns, about.st_size)


@lru_cache(maxsize=1)
def _joints_only(bundle: Path, changed_ns: int, size_bytes: int) -> bytes:
    """Made once for all followers of a video; a file that has changed since is another one."""
    whole = bundle.read_bytes()
    try:
        with zipfile.ZipFile(io.BytesIO(whole)) as source:
            parts = {name: source.read(name) for name in source.namelist()}
    except zipfile.BadZipFile:
        return whole
    where, mark = _TFLITE_MARK
    if parts.get(LANDMARKS_PART, b"")[where] != mark:
        return whole
    parts[LANDMARKS_PART] = _without_mask(parts[LANDMARKS_PART])
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as target:
        for name, data in parts.items():
            store(target, name, data)
    return out.getvalue()


def _without_mask(network: bytes) -> bytes:
    import numpy as np
    from mediapipe.tasks.metadata import schema_py_generated as tflite

    model = tflite.ModelT.InitFromObj(tflite.Model.GetRootAsModel(network, 0))
    graph = model.subgraphs[0]
    if len(graph.outputs) != _OUTPUTS:
        return network
    mask = graph.tensors[graph.outputs[_MASK]]
    graph.operators = _needed(graph, [place for i, place in enumerate(graph.outputs) if i != _MASK])
    # MediaPipe counts on five outputs: the mask becomes a constant
    empty = tflite.BufferT()
    empty.data = np.zeros(int(np.prod(mask.shape)) * np.float32().nbytes, dtype=np.uint8)
    mask.buffer = len(model.buffers)
    model.buffers.append(empty)
    return packed(model, len(network))


def _needed(graph: Any, outputs: list[int]) -> list[Any]:
    """The operations that these tensors depend on, in their order."""
    made_by = {place: number for number, one in enumerate(graph.operators) for place in one.outputs}
    needed: set[int] = set()
    waiting = list(outputs)
    while waiting:
        number = made_by.get(waiting.pop())
        if number is not None and number not in needed:
            needed.add(number)
            waiting += list(graph.operators[number].inputs)
    return [one for number, one in enumerate(graph.operators) if number in needed]
