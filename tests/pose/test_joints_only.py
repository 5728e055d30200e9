from __future__ import annotations

import io
import zipfile
from collections import Counter
from pathlib import Path

import flatbuffers
import mediapipe
import numpy as np
import pytest
from mediapipe.tasks.metadata import schema_py_generated as tflite
from mediapipe.tasks.python import BaseOptions, vision

from gaitcheck.pose.bundle import LANDMARKS_PART
from gaitcheck.pose.install import model_file
from gaitcheck.pose.joints_only import joints_only
from gaitcheck.video.reader import FrameReader

SAMPLE = Path(__file__).parents[2] / "sample_videos" / "rear_right_drop.mp4"
LITE = Path(__file__).parents[3] / "shared" / "models" / "pose_landmarker_lite.task"


def network(outputs: int) -> bytes:
    """One operation for each output, fed by one for all of them; the third output has one more of its own."""
    model, graph = tflite.ModelT(), tflite.SubGraphT()
    model.version, model.buffers = 3, [tflite.BufferT()]
    graph.tensors = []
    for number in range(outputs + 3):  # input, shared, outputs, what the third is made of
        tensor = tflite.TensorT()
        tensor.name, tensor.shape, tensor.buffer = f"t{number}".encode(), [1, 4, 4, 1], 0
        graph.tensors.append(tensor)
    graph.inputs, graph.outputs = [0], list(range(2, outputs + 2))
    graph.operators = [operation(0, 1), operation(1, outputs + 2)]
    graph.operators += [operation(outputs + 2 if place == 4 else 1, place) for place in graph.outputs]
    code = tflite.OperatorCodeT()
    code.builtinCode = tflite.BuiltinOperator.LOGISTIC
    model.operatorCodes, model.subgraphs = [code], [graph]
    builder = flatbuffers.Builder(0)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def operation(source: int, target: int) -> tflite.OperatorT:
    one = tflite.OperatorT()
    one.opcodeIndex, one.inputs, one.outputs = 0, [source], [target]
    return one


def bundle_of(folder: Path, content: bytes) -> Path:
    path = folder / "model.task"
    with zipfile.ZipFile(path, "w") as bundle:
        bundle.writestr("pose_detector.tflite", b"detector")
        bundle.writestr(LANDMARKS_PART, content)
    return path


def parts_of(bundle: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(bundle)) as read:
        return {name: read.read(name) for name in read.namelist()}


def test_only_what_the_mask_alone_needs_is_left_out(tmp_path: Path) -> None:
    parts = parts_of(joints_only(bundle_of(tmp_path, network(5))))
    assert parts["pose_detector.tflite"] == b"detector"
    model = tflite.ModelT.InitFromObj(tflite.Model.GetRootAsModel(parts[LANDMARKS_PART], 0))
    (graph,) = model.subgraphs
    assert [(one.inputs[0], one.outputs[0]) for one in graph.operators] == [(0, 1), (1, 2), (1, 3), (1, 5), (1, 6)]
    # the mask's place among the outputs is taken by another one, as MediaPipe counts on five
    assert list(graph.outputs) == [2, 3, 3, 5, 6]


@pytest.mark.parametrize("content", [b"", b"no network at all", network(4)], ids=["empty", "other", "four outputs"])
def test_what_is_not_known_stays_as_it_is(tmp_path: Path, content: bytes) -> None:
    assert parts_of(joints_only(bundle_of(tmp_path, content)))[LANDMARKS_PART] == content


def test_no_bundle_stays_as_it_is_and_a_changed_file_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "model.task"
    for content in (b"no bundle", b"another one"):
        path.write_bytes(content)
        assert joints_only(path) == content


@pytest.mark.slow
@pytest.mark.parametrize("name", ["full", "lite"])
def test_the_joints_are_the_same_to_the_last_bit(name: str, tmp_path: Path) -> None:
    if name == "lite" and not LITE.is_file():
        pytest.skip("the official lite model is not on this machine")
    path = LITE if name == "lite" else model_file().path
    smaller_path = tmp_path / "smaller.task"
    smaller_path.write_bytes(joints_only(path))
    assert operations(smaller_path.read_bytes()) < operations(path.read_bytes())
    reader = FrameReader(SAMPLE)
    size = (reader.facts.width_px, reader.facts.height_px)
    with by_mediapipe(path) as whole, by_mediapipe(smaller_path) as smaller:
        for frame in reader.frames(range(0, 40, 2)):
            image = mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=frame.scaled(size, rgb=True))
            stamp = round(frame.time_s * 1000)
            wanted, found = (one.detect_for_video(image, stamp) for one in (whole, smaller))
            for a, b in (
                (wanted.pose_landmarks, found.pose_landmarks),
                (wanted.pose_world_landmarks, found.pose_world_landmarks),
            ):
                joints = [np.array([(p.x, p.y, p.z, p.visibility, p.presence) for p in pose[0]]) for pose in (a, b)]
                np.testing.assert_array_equal(*joints)


def by_mediapipe(model: Path) -> vision.PoseLandmarker:
    return vision.PoseLandmarker.create_from_options(
        vision.PoseLandmarkerOptions(
            base_options=BaseOptions(model_asset_path=str(model)), running_mode=vision.RunningMode.VIDEO
        )
    )


def operations(bundle: bytes) -> Counter[int]:
    graph = tflite.Model.GetRootAsModel(parts_of(bundle)[LANDMARKS_PART], 0).Subgraphs(0)
    return Counter(graph.Operators(i).OpcodeIndex() for i in range(graph.OperatorsLength()))
