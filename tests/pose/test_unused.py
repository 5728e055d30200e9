from __future__ import annotations

import subprocess
import sys

import pytest

from gaitcheck.pose.unused import loaded_later

MODULES = {"package/__init__.py": "", "package/part.py": "VALUE = 42\n", "alone.py": "VALUE = 7\n"}
NAMES = ("package.part", "alone")


@pytest.fixture(autouse=True)
def modules(tmp_path, monkeypatch):  # type: ignore[no-untyped-def]
    for name, text in MODULES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="ascii")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield
    for name in ("package", *NAMES):
        sys.modules.pop(name, None)


def test_what_is_imported_meanwhile_is_loaded_when_it_is_used() -> None:
    with loaded_later(NAMES):
        import alone  # type: ignore[import-not-found]
        import package.part as part  # type: ignore[import-not-found]
    assert not {"package", *NAMES} & set(sys.modules)
    assert (part.VALUE, alone.VALUE) == (42, 7)
    assert set(NAMES) < set(sys.modules)
    with pytest.raises(AttributeError, match="absent"):
        _ = alone.absent


def test_what_is_loaded_already_stays_as_it_is_and_later_imports_are_usual() -> None:
    import alone

    with loaded_later(NAMES):
        import alone as again
    assert again is alone
    from package.part import VALUE

    assert VALUE == 42


def test_an_error_meanwhile_leaves_nothing_behind() -> None:
    with pytest.raises(ZeroDivisionError), loaded_later(NAMES):
        _ = 1 / 0
    assert not {"package", *NAMES} & set(sys.modules)


def test_mediapipe_draws_as_ever_after_it_was_loaded_so() -> None:
    """In a process of its own: another test may have loaded MediaPipe."""
    code = (
        "import sys\n"
        "from gaitcheck.pose.unused import UNUSED, loaded_later\n"
        "with loaded_later():\n"
        "    from mediapipe.tasks.python.vision import drawing_utils\n"
        "assert not {name for name in sys.modules if name.startswith(('matplotlib', 'sounddevice'))}\n"
        "assert callable(drawing_utils.plt.figure)\n"
        "import matplotlib.pyplot\n"
        "assert drawing_utils.plt.figure is matplotlib.pyplot.figure\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
