"""The pose model without the part that cuts out the person's outline.

The landmark network of every official bundle also draws a mask of the person, which takes two fifths of its time and
which nothing here looks at. The operations that only the mask needs are left out before the model is loaded; all
others, and all weights, stay as they are, so that the joints are the same to the last bit (a test).
"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

from gaitcheck.pose.bundle import LANDMARKS_PART, store

#: MediaPipe knows the network's outputs by their place: joints, presence, mask, heat map, joints in space.
_OUTPUTS, _MASK = 5, 2
#: Where TensorFlow Lite's schema keeps a graph's outputs and operations.
_OUTPUTS_FIELD, _OPERATORS_FIELD = 8, 10
_TFLITE_MARK = slice(4, 8), b"TFL3"


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
    """The list of operations is shortened in place: packing the network anew takes ten times as long."""
    import numpy as np
    from mediapipe.tasks.metadata import schema_py_generated as tflite

    graph = tflite.Model.GetRootAsModel(network, 0).Subgraphs(0)
    outputs = list(graph.OutputsAsNumpy())
    if len(outputs) != _OUTPUTS:
        return network
    needed = _needed(graph, [place for i, place in enumerate(outputs) if i != _MASK])
    changed = np.frombuffer(network, dtype=np.uint8).copy()
    # the list gives for each operation how far behind its own entry it lies, and before them their number
    begins = graph._tab.Vector(graph._tab.Offset(_OPERATORS_FIELD))
    count = changed[begins - 4 : begins].view(np.uint32)
    entries = changed[begins : begins + 4 * count[0]].view(np.uint32)
    own = np.arange(len(entries), dtype=np.uint32) * 4
    entries[: len(needed)] = (own + entries)[needed] - own[: len(needed)]
    count[0] = len(needed)
    # MediaPipe counts on five outputs: the mask's place is taken by its neighbour, which nothing looks at there
    places = graph._tab.Vector(graph._tab.Offset(_OUTPUTS_FIELD))
    changed[places : places + 4 * _OUTPUTS].view(np.int32)[_MASK] = outputs[_MASK - 1]
    return changed.tobytes()


def _needed(graph: Any, outputs: list[int]) -> list[int]:
    """The operations that these tensors depend on, by their places, which are their order."""
    operators = [graph.Operators(number) for number in range(graph.OperatorsLength())]
    made_by = {place: number for number, one in enumerate(operators) for place in one.OutputsAsNumpy()}
    needed: set[int] = set()
    waiting = list(outputs)
    while waiting:
        number = made_by.get(waiting.pop())
        if number is not None and number not in needed:
            needed.add(number)
            waiting += list(operators[number].InputsAsNumpy())
    return sorted(needed)
