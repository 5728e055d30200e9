"""Build a pose model bundle out of the network files that the MediaPipe 0.10 wheel carries.

The networks there are the official ones; the older API knew their input scaling by itself, the newer one reads it
from metadata in the file. So the metadata is added and both files are put into an uncompressed zip. The result is the
same to the last bit on every machine, so that its hash can stand in the manifest.
"""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

#: The network that finds the joints, by its name inside the bundle.
LANDMARKS_PART = "pose_landmarks_detector.tflite"
#: Names inside the bundle, and what turns a pixel value 0..255 into the network's input: (value - mean) / std.
PARTS: dict[str, tuple[float, float]] = {
    "pose_detector.tflite": (127.5, 127.5),
    LANDMARKS_PART: (0.0, 255.0),
}

_METADATA_NAME = b"TFLITE_METADATA"
#: TensorFlow Lite reads constants in place only when they start at such a multiple; else it logs and copies them.
_ALIGNMENT = 16
_ZIP_ALIGNMENT = 64
_ZIP_HEADER_BYTES = 30
#: The zip extra field that Android's tools use for padding; a reader skips it.
_PADDING_FIELD = b"\x35\xd9"
_EPOCH = (1980, 1, 1, 0, 0, 0)
_UNIX = 3
_PLAIN_FILE_RW_R_R = 0o100644 << 16


def build_bundle(parts: dict[str, bytes], out: Path) -> None:
    """Write a bundle.

    Parameters
    ----------
    parts : for each name in `PARTS` the TensorFlow Lite file as found in the wheel.
    out : the bundle to write.
    """
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as bundle:
        for name, (mean, std) in PARTS.items():
            store(bundle, name, with_input_scaling(parts[name], mean, std))


def with_input_scaling(network: bytes, mean: float, std: float) -> bytes:
    """The same network with its input scaling in the metadata and its constants aligned."""
    from mediapipe.tasks.metadata import schema_py_generated as tflite

    model = tflite.ModelT.InitFromObj(tflite.Model.GetRootAsModel(network, 0))
    metadata = _metadata(model.subgraphs[0], mean, std)
    entries = [entry for entry in model.metadata or [] if entry.name == _METADATA_NAME]
    if entries:
        model.buffers[entries[0].buffer].data = metadata
    else:
        buffer = tflite.BufferT()
        buffer.data = metadata
        model.buffers.append(buffer)
        entry = tflite.MetadataT()
        entry.name, entry.buffer = _METADATA_NAME, len(model.buffers) - 1
        model.metadata = [*(model.metadata or []), entry]
    return _packed(model, len(network))


def _packed(model: Any, size: int) -> bytes:
    """A network as a file, its constants aligned; `size` is about how many bytes it will take."""
    from flatbuffers import Builder

    class AlignedBuilder(Builder):  # type: ignore[misc]
        # The schema asks for this alignment of constants; the generated Python code does not pass it on.
        def StartVector(self, elem_size: int, num_elems: int, alignment: int) -> Any:  # noqa: N802
            return super().StartVector(elem_size, num_elems, max(alignment, _ALIGNMENT))

    builder = AlignedBuilder(size)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def _metadata(graph: Any, mean: float, std: float) -> Any:
    """Metadata of a network with one RGB picture as input, as a vector of bytes."""
    import numpy as np
    from flatbuffers import Builder
    from mediapipe.tasks.metadata import metadata_schema_py_generated as schema

    scaling = schema.NormalizationOptionsT()
    scaling.mean, scaling.std = [mean], [std]
    unit = schema.ProcessUnitT()
    unit.optionsType, unit.options = schema.ProcessUnitOptions.NormalizationOptions, scaling
    image = schema.ImagePropertiesT()
    image.colorSpace = schema.ColorSpaceType.RGB
    content = schema.ContentT()
    content.contentPropertiesType, content.contentProperties = schema.ContentProperties.ImageProperties, image
    picture = schema.TensorMetadataT()
    picture.name, picture.content, picture.processUnits = "image", content, [unit]
    picture.stats = schema.StatsT()
    picture.stats.min, picture.stats.max = [(0 - mean) / std], [(255 - mean) / std]
    outputs = []
    for index in graph.outputs:
        output = schema.TensorMetadataT()
        output.name = graph.tensors[index].name.decode()
        outputs.append(output)
    subgraph = schema.SubGraphMetadataT()
    subgraph.inputTensorMetadata, subgraph.outputTensorMetadata = [picture], outputs
    metadata = schema.ModelMetadataT()
    metadata.subgraphMetadata, metadata.minParserVersion = [subgraph], "1.0.0"
    builder = Builder(0)
    builder.Finish(metadata.Pack(builder), b"M001")
    return np.frombuffer(bytes(builder.Output()), dtype=np.uint8)


def store(bundle: zipfile.ZipFile, name: str, data: bytes) -> None:
    """Add a file uncompressed, beginning at a multiple of the alignment, without anything of this machine or hour."""
    info = zipfile.ZipInfo(name, date_time=_EPOCH)
    info.create_system, info.external_attr = _UNIX, _PLAIN_FILE_RW_R_R
    assert bundle.fp is not None
    begins = bundle.fp.tell() + _ZIP_HEADER_BYTES + len(name) + 4
    padding = -begins % _ZIP_ALIGNMENT
    info.extra = _PADDING_FIELD + padding.to_bytes(2, "little") + bytes(padding)
    bundle.writestr(info, data)
