from __future__ import annotations

import zipfile
from pathlib import Path

import flatbuffers
import numpy as np
from mediapipe.tasks.metadata import metadata_schema_py_generated as schema
from mediapipe.tasks.metadata import schema_py_generated as tflite

from gaitcheck.pose.bundle import build_bundle, with_input_scaling

WEIGHTS = [np.arange(n, dtype=np.uint8) for n in (3, 61, 250)]


def network(*, with_metadata: bool = False) -> bytes:
    """A TensorFlow Lite file with one tensor and three constants, packed without alignment."""
    model = tflite.ModelT()
    model.version, model.description = 3, b"tiny"
    tensor = tflite.TensorT()
    tensor.name, tensor.buffer, tensor.shape = b"out", 1, [1, 3]
    graph = tflite.SubGraphT()
    graph.tensors, graph.inputs, graph.outputs = [tensor], [0], [0]
    model.subgraphs = [graph]
    model.buffers = []
    for data in WEIGHTS:
        buffer = tflite.BufferT()
        buffer.data = data
        model.buffers.append(buffer)
    note = tflite.MetadataT()
    note.name, note.buffer = (b"TFLITE_METADATA" if with_metadata else b"min_runtime_version"), 2
    model.metadata = [note]
    builder = flatbuffers.Builder(0)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def read(data: bytes) -> tuple[tflite.ModelT, dict[bytes, int]]:
    model = tflite.ModelT.InitFromObj(tflite.Model.GetRootAsModel(data, 0))
    return model, {entry.name: entry.buffer for entry in model.metadata}


def scaling(data: bytes) -> tuple[list[float], list[float]]:
    model, entries = read(data)
    raw = bytes(model.buffers[entries[b"TFLITE_METADATA"]].data)
    metadata = schema.ModelMetadataT.InitFromObj(schema.ModelMetadata.GetRootAsModelMetadata(raw, 0))
    (graph,) = metadata.subgraphMetadata
    (picture,) = graph.inputTensorMetadata
    assert picture.content.contentPropertiesType == schema.ContentProperties.ImageProperties
    assert [output.name for output in graph.outputTensorMetadata] == [b"out"]
    (unit,) = picture.processUnits
    return list(unit.options.mean), list(unit.options.std)


def test_the_scaling_is_added_and_the_network_stays() -> None:
    data = with_input_scaling(network(), 127.5, 64.0)
    model, entries = read(data)
    assert scaling(data) == ([127.5], [64.0])
    assert list(entries) == [b"min_runtime_version", b"TFLITE_METADATA"]
    for buffer, weights in zip(model.buffers, WEIGHTS, strict=False):
        np.testing.assert_array_equal(buffer.data, weights)
    assert data[4:8] == b"TFL3"


def test_metadata_that_is_there_is_replaced() -> None:
    data = with_input_scaling(network(with_metadata=True), 0.0, 255.0)
    model, entries = read(data)
    assert scaling(data) == ([0.0], [255.0])
    assert entries == {b"TFLITE_METADATA": 2}
    assert len(model.buffers) == 3


def test_constants_are_aligned() -> None:
    def starts(data: bytes) -> list[int]:
        buffers = tflite.Model.GetRootAsModel(data, 0)
        tables = [buffers.Buffers(i)._tab for i in range(buffers.BuffersLength())]
        return [table.Vector(table.Offset(4)) % 16 for table in tables]

    assert any(starts(network()))
    assert not any(starts(with_input_scaling(network(), 0.0, 1.0)))


def test_the_bundle_is_the_same_to_the_last_bit(tmp_path: Path) -> None:
    parts = {"pose_detector.tflite": network(), "pose_landmarks_detector.tflite": network(with_metadata=True)}
    first, second = tmp_path / "a.task", tmp_path / "b.task"
    build_bundle(parts, first)
    build_bundle(parts, second)
    assert first.read_bytes() == second.read_bytes()
    with zipfile.ZipFile(first) as bundle:
        assert bundle.namelist() == list(parts)
        for info, (mean, std) in zip(bundle.infolist(), [(127.5, 127.5), (0.0, 255.0)], strict=True):
            assert info.compress_type == zipfile.ZIP_STORED
            assert info.date_time == (1980, 1, 1, 0, 0, 0)
            data = bundle.read(info)
            assert scaling(data) == ([mean], [std])
            assert first.read_bytes().index(data) % 64 == 0
