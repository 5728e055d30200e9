"""What a batch tells while it runs and when it ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

EventKind = Literal["started", "progress", "done", "failed", "skipped"]


@dataclass(frozen=True)
class BatchEvent:
    """Something happened to one recording.

    `share` is the share of this recording's work that is done (0..1), `batch_share` that of the whole batch, of whose
    `total` recordings `finished` have ended one way or another. `sentence` is set when this one failed.
    """

    kind: EventKind
    recording: str
    stage: str
    share: float
    finished: int
    total: int
    batch_share: float
    sentence: str | None = None


OnEvent = Callable[[BatchEvent], None]


@dataclass(frozen=True)
class Failure:
    """A recording that gave no result, and why, in one sentence."""

    recording: str
    file: Path
    sentence: str


@dataclass(frozen=True)
class BatchResult:
    """What came of a batch: recordings analysed now, recordings that were already there, and failures."""

    out_dir: Path
    done: tuple[str, ...]
    skipped: tuple[str, ...]
    failures: tuple[Failure, ...]

    @property
    def exit_code(self) -> int:
        """0 when all went well, 1 when some failed."""
        return 1 if self.failures else 0

    @property
    def sentence(self) -> str:
        """The end of the batch in one sentence."""
        total = len(self.done) + len(self.skipped) + len(self.failures)
        parts = [f"{len(self.done)} analysed"]
        if self.skipped:
            parts.append(f"{len(self.skipped)} already there")
        if self.failures:
            parts.append(f"{len(self.failures)} failed")
        noun = "recording" if total == 1 else "recordings"
        return f"{total} {noun}: {', '.join(parts)}."
