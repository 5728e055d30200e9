from __future__ import annotations

import subprocess
import sys

import pytest

from gaitcheck.unused import loaded_later

MODULES = {
    "package/__init__.py": "",
    "package/part.py": "VALUE = 42\n\ndef doubled(x):\n    return 2 * x\n\nclass Thing:\n    size = 3\n",
    "alone.py": "VALUE = 7\n",
}
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


def run_by_itself(code: str) -> None:
    """In a process of its own: another test may have loaded the library."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr


def test_what_is_imported_meanwhile_is_loaded_when_it_is_used() -> None:
    with loaded_later(NAMES):
        import alone  # type: ignore[import-not-found]
        import package.part as part  # type: ignore[import-not-found]
    assert not {"package", *NAMES} & set(sys.modules)
    assert (part.VALUE, alone.VALUE) == (42, 7)
    assert set(NAMES) < set(sys.modules)
    with pytest.raises(AttributeError, match="absent"):
        _ = alone.absent


def test_a_part_imported_meanwhile_is_loaded_when_it_is_called_or_looked_at() -> None:
    with loaded_later(NAMES):
        from package.part import VALUE, Thing, doubled, missing
    assert not {"package", *NAMES} & set(sys.modules)
    assert doubled(21) == 42
    assert Thing.size == 3
    assert VALUE.bit_length() == 6
    with pytest.raises(AttributeError, match="missing"):
        missing()


def test_a_module_of_a_package_that_is_there_is_loaded_later_too() -> None:
    import package

    with loaded_later(NAMES):
        from package.part import doubled
    assert sys.modules["package"] is package
    assert "package.part" not in sys.modules
    assert doubled(4) == 8
    assert "package.part" in sys.modules


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
    code = (
        "import sys\n"
        "from gaitcheck.unused import UNUSED_BY_MEDIAPIPE, loaded_later\n"
        "with loaded_later(UNUSED_BY_MEDIAPIPE):\n"
        "    from mediapipe.tasks.python.vision import drawing_utils\n"
        "assert not {name for name in sys.modules if name.startswith(('matplotlib', 'sounddevice'))}\n"
        "assert callable(drawing_utils.plt.figure)\n"
        "import matplotlib.pyplot\n"
        "assert drawing_utils.plt.figure is matplotlib.pyplot.figure\n"
    )
    run_by_itself(code)


def test_a_part_of_a_package_that_is_there_is_not_looked_for_again_and_again() -> None:
    import package

    package.__getattr__ = lambda name: getattr(__import__(f"package.{name}"), name)  # as NumPy has it for its parts
    with loaded_later(NAMES):
        from package import part
    assert "package.part" not in sys.modules
    assert "part" not in vars(package)
    assert part.doubled(4) == 8
    assert package.part is sys.modules["package.part"]


def test_scipy_is_whole_after_parts_of_it_were_loaded_alone() -> None:
    code = (
        "import sys\n"
        "import numpy as np\n"
        "from gaitcheck.numerics import butter, find_peaks, sosfiltfilt\n"
        "unused = {'numpy.f2py', 'numpy.testing', 'scipy.optimize', 'scipy.stats', 'scipy._lib._docscrape'}\n"
        "assert not unused & set(sys.modules)\n"
        "assert butter.__doc__.startswith('Butterworth')\n"
        "wave = sosfiltfilt(butter(2, 0.2, output='sos'), np.sin(np.arange(100) / 3))\n"
        "assert len(find_peaks(wave)[0]) == 5\n"
        "assert not unused & set(sys.modules)\n"
        "import scipy.interpolate, scipy.signal\n"
        "x = np.arange(20.0)\n"
        "assert abs(scipy.interpolate.make_smoothing_spline(x, 3 * x)(4.5) - 13.5) < 1e-6\n"
        "assert 'scipy.optimize' in sys.modules\n"
        "hill = np.exp(-0.5 * ((np.arange(100) - 40) / 4) ** 2)\n"
        "assert list(scipy.signal.find_peaks_cwt(hill, [4])) == [40]\n"
        "import scipy.stats\n"
        "assert scipy.stats is sys.modules['scipy.stats']\n"
        "assert abs(scipy.stats.norm.ppf(0.975) - 1.96) < 0.001\n"
        "np.testing.assert_allclose(scipy.optimize.brentq(lambda x: x - 2, 0, 5), 2)\n"
        "assert np.f2py is sys.modules['numpy.f2py']\n"
    )
    run_by_itself(code)


def test_a_scipy_that_nobody_has_tried_is_loaded_as_usual() -> None:
    code = (
        "import sys\n"
        "import scipy\n"
        "scipy.__version__ = '1.18.0rc1'\n"
        "from gaitcheck.numerics import butter, sosfiltfilt\n"
        "assert {'scipy.optimize', 'scipy.stats', 'scipy._lib._docscrape'} <= set(sys.modules)\n"
        "assert len(sosfiltfilt(butter(2, 0.2, output='sos'), [1.0, 2.0] * 20)) == 40\n"
    )
    run_by_itself(code)
