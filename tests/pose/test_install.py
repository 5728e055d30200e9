from __future__ import annotations

import hashlib
import http.server
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gaitcheck.errors import Cancelled, MissingComponentError, ModelError
from gaitcheck.pose import install as installer
from gaitcheck.pose import manifest
from gaitcheck.pose.bundle import PARTS, build_bundle
from gaitcheck.pose.install import ModelFile, cache_dir, cached_path, install, model_file, sha256_of
from gaitcheck.pose.manifest import BuiltPart, ModelEntry, known_models, model_entry

from .test_bundle import network

LITE = Path(__file__).parents[3] / "shared" / "models" / "pose_landmarker_lite.task"


def bundle_bytes(tmp_path: Path, note: bytes = b"") -> bytes:
    path = tmp_path / "some.zip"
    with zipfile.ZipFile(path, "w") as bundle:
        for name in PARTS:
            bundle.writestr(name, b"network " + note)
    data = path.read_bytes()
    path.unlink()
    return data


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


class Server(http.server.BaseHTTPRequestHandler):
    answer: bytes = b""
    promised: int | None = None
    requests: int = 0

    def do_GET(self) -> None:
        type(self).requests += 1
        self.send_response(200)
        self.send_header("Content-Length", str(self.promised or len(self.answer)))
        self.end_headers()
        self.wfile.write(self.answer)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def server() -> Iterator[tuple[type[Server], str]]:
    handler = type("OneServer", (Server,), {})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield handler, f"http://127.0.0.1:{running.server_address[1]}/model.task"
        running.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GAITCHECK_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("GAITCHECK_MODEL", raising=False)
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


def know(monkeypatch: pytest.MonkeyPatch, entry: ModelEntry) -> ModelEntry:
    """Let `entry` stand in the manifest instead of the one of its name."""
    models = {**known_models(), entry.name: entry}
    monkeypatch.setattr(manifest, "known_models", lambda: models)
    monkeypatch.setattr(installer, "known_models", lambda: models)
    return entry


def no_pip(*_: Any, **__: Any) -> subprocess.CompletedProcess[str]:
    raise AssertionError("pip must not be asked")


def test_the_manifest_is_complete() -> None:
    assert list(known_models()) == ["lite", "full", "heavy"]
    for name, entry in known_models().items():
        assert entry.url == (
            "https://storage.googleapis.com/mediapipe-models/pose_landmarker/"
            f"pose_landmarker_{name}/float16/1/pose_landmarker_{name}.task"
        )
        assert all(len(bytes.fromhex(digest)) == 32 for digest in entry.accepted_sha256)
        assert entry.size_bytes > 5_000_000
        assert entry.licence == "Apache-2.0"
    assert [name for name, entry in known_models().items() if entry.built] == ["full"]
    built = model_entry("full").built
    assert built is not None
    assert {part.name for part in built.parts} == set(PARTS)


def test_the_cache_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert cache_dir() == tmp_path / "cache"
    monkeypatch.delenv("GAITCHECK_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache_dir() == tmp_path / "xdg" / "gaitcheck"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    monkeypatch.setattr(sys, "platform", "linux")
    assert cache_dir() == tmp_path / ".cache" / "gaitcheck"
    monkeypatch.setattr(sys, "platform", "darwin")
    assert cache_dir() == tmp_path / "Library" / "Caches" / "gaitcheck"


def test_nothing_installed_says_what_to_run() -> None:
    with pytest.raises(ModelError, match="gaitcheck models install full"):
        model_file()
    with pytest.raises(ModelError, match="choose lite, full, heavy"):
        model_file("huge")


def test_download_into_the_cache(
    server: tuple[type[Server], str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    handler, url = server
    handler.answer = bundle_bytes(tmp_path)
    digest = sha256(handler.answer)
    know(monkeypatch, replace(model_entry("heavy"), url=url, sha256=digest, size_bytes=len(handler.answer)))
    told: list[tuple[str, float]] = []
    installed = install("heavy", lambda words, share: told.append((words, share)))
    assert installed == ModelFile("heavy", cached_path("heavy"), digest)
    assert installed.path.read_bytes() == handler.answer
    assert told[0][1] == 0.0
    assert told[-1][1] == 1.0
    assert model_file("heavy") == installed
    assert install("heavy") == installed
    assert handler.requests == 1
    assert list(installed.path.parent.iterdir()) == [installed.path]


def test_a_damaged_file_in_the_cache_is_told_and_replaced(
    server: tuple[type[Server], str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    handler, url = server
    handler.answer = bundle_bytes(tmp_path)
    know(monkeypatch, replace(model_entry("heavy"), url=url, sha256=sha256(handler.answer)))
    cached_path("heavy").parent.mkdir(parents=True)
    cached_path("heavy").write_bytes(handler.answer[:-1])
    with pytest.raises(ModelError, match="is damaged: run `gaitcheck models install heavy`"):
        model_file("heavy")
    install("heavy")
    assert model_file("heavy").sha256 == sha256(handler.answer)


def test_a_wrong_hash_is_an_error_and_nothing_is_kept(
    server: tuple[type[Server], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    handler, url = server
    handler.answer = b"<html>log in to this network first</html>"
    know(monkeypatch, replace(model_entry("full"), url=url))
    monkeypatch.setattr(subprocess, "run", no_pip)
    with pytest.raises(ModelError, match="SHA-256 is wrong") as caught:
        install("full")
    assert caught.value.exit_code == 3
    assert list(cached_path("full").parent.iterdir()) == []


def test_stopped_in_the_middle_nothing_is_kept(
    server: tuple[type[Server], str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    handler, url = server
    handler.answer = bundle_bytes(tmp_path)
    know(monkeypatch, replace(model_entry("heavy"), url=url, sha256=sha256(handler.answer)))

    def stop(words: str, share: float) -> None:
        if share > 0:
            raise Cancelled("stopped")

    with pytest.raises(Cancelled):
        install("heavy", stop)
    assert list(cached_path("heavy").parent.iterdir()) == []


def test_a_download_that_breaks_off_is_not_used(
    server: tuple[type[Server], str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    handler, url = server
    handler.answer, handler.promised = bundle_bytes(tmp_path), 1_000_000
    know(monkeypatch, replace(model_entry("heavy"), url=url))
    with pytest.raises(ModelError, match="copy it to") as caught:
        install("heavy")
    assert str(cached_path("heavy")) in str(caught.value)
    assert list(cached_path("heavy").parent.iterdir()) == []


def test_two_may_install_at_once(
    server: tuple[type[Server], str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    handler, url = server
    handler.answer = bundle_bytes(tmp_path)
    know(monkeypatch, replace(model_entry("heavy"), url=url, sha256=sha256(handler.answer)))
    meet = threading.Barrier(2)
    results: list[ModelFile] = []

    def together(words: str, share: float) -> None:
        if share == 0:
            meet.wait(10)

    def one() -> None:
        results.append(install("heavy", together))

    threads = [threading.Thread(target=one) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert handler.requests == 2
    assert results == [model_file("heavy")] * 2
    assert list(cached_path("heavy").parent.iterdir()) == [cached_path("heavy")]


@pytest.fixture
def wheel_source(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> tuple[ModelEntry, list[list[str]], Path]:
    """A `full` whose official address does not answer and whose wheel holds tiny networks; pip is played."""
    parts = dict.fromkeys(PARTS, network())
    build_bundle(parts, tmp_path / "wanted.task")
    built = model_entry("full").built
    assert built is not None
    built = replace(
        built,
        sha256=sha256_of(tmp_path / "wanted.task"),
        parts=tuple(BuiltPart(name, f"networks/{name}", sha256(data)) for name, data in parts.items()),
    )
    entry = know(monkeypatch, replace(model_entry("full"), url="http://127.0.0.1:9/model.task", built=built))
    wheel = tmp_path / "package-1-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for part in built.parts:
            archive.writestr(part.wheel_path, parts[part.name])
    commands: list[list[str]] = []

    def pip(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        commands.append(command)
        folder = Path(command[command.index("--dest") + 1])
        (folder / wheel.name).write_bytes(wheel.read_bytes())
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(subprocess, "run", pip)
    return entry, commands, wheel


def test_built_from_the_wheel_when_the_address_does_not_answer(
    wheel_source: tuple[ModelEntry, list[list[str]], Path],
) -> None:
    entry, commands, _ = wheel_source
    told: list[str] = []
    installed = install("full", lambda words, share: told.append(words))
    assert entry.built is not None
    assert installed.sha256 == entry.built.sha256
    assert model_file() == installed
    (command,) = commands
    assert command[:4] == [sys.executable, "-m", "pip", "download"]
    assert "--no-deps" in command
    assert "mediapipe==0.10.21" in command
    assert not any("index" in word or "http" in word for word in command)
    assert any("pip" in words for words in told)
    assert list(installed.path.parent.iterdir()) == [installed.path]


def test_a_wheel_with_other_networks_is_refused(wheel_source: tuple[ModelEntry, list[list[str]], Path]) -> None:
    with zipfile.ZipFile(wheel_source[2], "w") as archive:
        for name in PARTS:
            archive.writestr(f"networks/{name}", network(with_metadata=True))
    with pytest.raises(ModelError, match="SHA-256 is wrong"):
        install("full")
    with zipfile.ZipFile(wheel_source[2], "w") as archive:
        archive.writestr("something", b"else")
    with pytest.raises(ModelError, match="does not hold the pose networks"):
        install("full")
    assert list(cached_path("full").parent.iterdir()) == []


def test_a_build_that_comes_out_otherwise_is_refused(
    wheel_source: tuple[ModelEntry, list[list[str]], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = wheel_source[0]
    assert entry.built is not None
    know(monkeypatch, replace(entry, built=replace(entry.built, sha256="00" * 32)))
    with pytest.raises(ModelError, match="differs from the manifest"):
        install("full")
    assert list(cached_path("full").parent.iterdir()) == []


def test_no_source_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    know(monkeypatch, replace(model_entry("full"), url="http://127.0.0.1:9/model.task"))

    def pip(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, 1, "", "WARNING: retrying\nERROR: No matching distribution found\n")

    monkeypatch.setattr(subprocess, "run", pip)
    with pytest.raises(ModelError) as caught:
        install("full")
    sentence = str(caught.value)
    assert "\n" not in sentence
    for part in ("127.0.0.1:9", "ERROR: No matching distribution found", "--model", str(cached_path("full"))):
        assert part in sentence


def test_a_cache_that_cannot_be_written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("GAITCHECK_CACHE", str(tmp_path / "file"))
    with pytest.raises(MissingComponentError, match="GAITCHECK_CACHE"):
        install("full")


def test_a_file_of_ones_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    mine, other = tmp_path / "mine.task", tmp_path / "other.task"
    mine.write_bytes(bundle_bytes(tmp_path))
    other.write_bytes(bundle_bytes(tmp_path, b"2"))
    assert model_file(path=mine) == ModelFile("mine", mine, sha256_of(mine))
    monkeypatch.setenv("GAITCHECK_MODEL", str(other))
    assert model_file().path == other
    assert model_file(path=mine).path == mine
    # A model asked for by another name is not the one the variable stands for.
    with pytest.raises(ModelError, match="'lite' is not installed"):
        model_file("lite")


@pytest.mark.parametrize("content", [b"", b"PK no zip", None])
def test_a_file_of_ones_own_that_is_no_model(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "mine.task"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ModelError, match="does not exist" if content is None else "not a pose landmarker bundle"):
        model_file(path=path)


def test_a_damaged_file_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "mine.task"
    path.write_bytes(bundle_bytes(tmp_path).replace(b"network ", b"netwerk "))
    with pytest.raises(ModelError, match="damaged"):
        model_file(path=path)


@pytest.mark.skipif(not LITE.is_file(), reason="the official lite bundle is not on this machine")
def test_the_official_lite_bundle_is_recognised() -> None:
    assert model_file(path=LITE) == ModelFile("lite", LITE, model_entry("lite").sha256)


@pytest.mark.slow
def test_the_real_wheel_gives_the_bundle_of_the_manifest_twice(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    know(monkeypatch, replace(model_entry("full"), url="http://127.0.0.1:9/model.task"))
    digests = set()
    for name in ("a", "b"):
        monkeypatch.setenv("GAITCHECK_CACHE", str(tmp_path / name))
        try:
            digests.add(install("full").sha256)
        except ModelError as error:
            if "pip did not get" in str(error):
                pytest.skip("pip cannot fetch the wheel here")
            raise
    built = model_entry("full").built
    assert built is not None
    assert digests == {built.sha256}
    assert cached_path("full").stat().st_size == built.size_bytes
