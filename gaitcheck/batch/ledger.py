"""What a batch remembers between runs: `batch.json` in its output folder."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from gaitcheck.errors import UnusableInputError

LEDGER_NAME = "batch.json"
LOCK_NAME = ".batch.lock"


@dataclass(frozen=True)
class Entry:
    """One recording as it stood when its work ended. `key` stands for file content, settings, version and model."""

    file: str
    key: str
    status: Literal["done", "failed"]
    sentence: str | None = None


def work_key(file: Path, fingerprint: Mapping[str, object]) -> str:
    """SHA-256 of the file's content together with everything else that decides the result."""
    with file.open("rb") as stream:
        content = hashlib.file_digest(stream, "sha256").hexdigest()
    plain = json.dumps({"file": content, "job": fingerprint}, sort_keys=True)
    return hashlib.sha256(plain.encode()).hexdigest()


def read_ledger(out_dir: Path) -> dict[str, Entry]:
    """Entries by recording name; empty when there is no ledger or it cannot be read (all is then done again)."""
    try:
        document = json.loads((out_dir / LEDGER_NAME).read_text(encoding="utf-8"))
        return {name: Entry(**entry) for name, entry in document["recordings"].items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {}


def write_ledger(out_dir: Path, entries: Mapping[str, Entry]) -> None:
    """Write all entries; the file is replaced in one move, so that it is never half written."""
    document = {"schema_version": 1, "recordings": {name: asdict(entries[name]) for name in sorted(entries)}}
    temporary = out_dir / f".{LEDGER_NAME}.part"
    temporary.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    temporary.replace(out_dir / LEDGER_NAME)


@contextmanager
def only_batch_in(out_dir: Path) -> Iterator[None]:
    """Keep a second batch out of the same folder while this one runs.

    Raises
    ------
    UnusableInputError
        Another batch is writing to this folder.
    """
    try:
        import fcntl
    except ImportError:  # Windows: two batches at once are left to the person's care
        yield
        return
    with (out_dir / LOCK_NAME).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise UnusableInputError(
                f"Another batch is writing to {out_dir}; wait for it or choose another folder with --out."
            ) from None
        yield
