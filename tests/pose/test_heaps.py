"""The C library's heaps, counted in a process of its own: the setting holds for a whole process."""

from __future__ import annotations

import ctypes
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from gaitcheck.pose.heaps import few_heaps, give_back

glibc = pytest.mark.skipif(
    not sys.platform.startswith("linux") or not hasattr(ctypes.CDLL(None), "malloc_info"), reason="no glibc here"
)

_MANY_THREADS = """
import ctypes, sys, tempfile, threading
from gaitcheck.pose.heaps import few_heaps
if int(sys.argv[1]):
    few_heaps(int(sys.argv[1]))
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.malloc.argtypes, libc.free.argtypes = ctypes.c_void_p, [ctypes.c_size_t], [ctypes.c_void_p]
libc.fopen.restype, libc.malloc_info.argtypes = ctypes.c_void_p, [ctypes.c_int, ctypes.c_void_p]
libc.fclose.argtypes = [ctypes.c_void_p]
ready = threading.Barrier(7)
def take():
    libc.free(libc.malloc(5000))
    ready.wait()
threads = [threading.Thread(target=take) for _ in range(6)]
for thread in threads:
    thread.start()
ready.wait()
with tempfile.NamedTemporaryFile() as file:
    out = libc.fopen(file.name.encode(), b"w")
    libc.malloc_info(0, out)
    libc.fclose(out)
    print(file.read().decode().count("<heap nr"))
"""


@glibc
@pytest.mark.parametrize(("most", "made"), [(0, 7), (3, 3), (2, 2)])
def test_threads_share_the_heaps_there_are(most: int, made: int) -> None:
    """Six threads and the main one: a heap for each, unless there may be only so many (0: as the C library likes)."""
    ran = subprocess.run([sys.executable, "-c", _MANY_THREADS, str(most)], capture_output=True, text=True, check=True)
    assert int(ran.stdout) == made


@glibc
def test_free_memory_is_given_back() -> None:
    """200 blocks of 100 kB below one that stays: freed they are still the process's, until they are given back."""
    libc = ctypes.CDLL(None)
    libc.malloc.restype, libc.malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
    libc.free.argtypes = [ctypes.c_void_p]
    size = 100_000
    blocks = [libc.malloc(size) for _ in range(200)]
    stays = libc.malloc(size)
    for block in [*blocks, stays]:
        ctypes.memset(block, 1, size)
    for block in blocks:
        libc.free(block)
    kept = _resident_bytes()
    give_back()
    assert kept - _resident_bytes() > 15e6
    libc.free(stays)


def test_where_the_c_library_has_no_such_functions_nothing_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    few_heaps(2)
    give_back()


def _resident_bytes() -> int:
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * resource.getpagesize()
