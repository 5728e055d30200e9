"""A batch from beginning to end: what is missing is done, what fails is listed, the rest goes on."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from multiprocessing.connection import wait
from pathlib import Path

from gaitcheck.batch.events import BatchEvent, BatchResult, EventKind, Failure, OnEvent
from gaitcheck.batch.inputs import Recording, find_videos, name_recordings
from gaitcheck.batch.job import AnalysisJob, Job
from gaitcheck.batch.ledger import LEDGER_NAME, LOCK_NAME, Entry, only_batch_in, read_ledger, work_key, write_ledger
from gaitcheck.batch.tables import FAILURES_CSV, SUMMARY_CSV, SUMMARY_PARQUET, WIDE_CSV, read_measures, write_tables
from gaitcheck.batch.worker import Outcome, WorkerProcess
from gaitcheck.cores import usable_cores
from gaitcheck.errors import Cancelled, UnusableInputError
from gaitcheck.settings import Settings

PARTIAL_NAME = ".partial"
LOG_SUFFIX = ".error.txt"
_POLL_S = 0.2


def run_batch(
    inputs: Sequence[Path | str],
    out_dir: Path,
    settings: Settings,
    *,
    jobs: int,
    annotated_video: bool = True,
    on_event: OnEvent | None = None,
) -> BatchResult:
    """Analyse many recordings, `jobs` at a time, each into a folder of `out_dir`.

    A recording whose folder is there already, made from the same file with the same settings, version and pose model,
    is left as it is. A recording that fails, or whose worker dies, is listed and the others go on.

    Parameters
    ----------
    inputs : folders, patterns and files.
    out_dir : made if it is missing.
    settings : the same for all recordings.
    jobs : worker processes at a time; they share the cores evenly.
    annotated_video : whether to make the annotated video of each recording.
    on_event : told of every start, progress, end, failure and skip.

    Raises
    ------
    UnusableInputError
        Nothing that could be a video was given, or the folder cannot be used.
    ModelError
        The pose model is missing or damaged.
    Cancelled
        The person stopped the batch; what was finished stays, and the same call goes on from there.
    """
    from gaitcheck.pose.install import model_file

    files = find_videos(inputs, out_dir)
    model = model_file(settings.model, settings.model_path)
    job = AnalysisJob(settings, annotated_video, model.sha256)
    return run_jobs(files, out_dir, job, jobs=jobs, on_event=on_event)


def run_jobs(
    files: Sequence[Path], out_dir: Path, job: Job, *, jobs: int, on_event: OnEvent | None = None
) -> BatchResult:
    """Do `job` for every file; see `run_batch`."""
    if jobs < 1:
        raise UnusableInputError("At least one job at a time is needed; give --jobs 1 or more.")
    try:
        out_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UnusableInputError(
            f"The folder {out_dir} cannot be made ({error.strerror}); choose another one."
        ) from error
    with only_batch_in(out_dir):
        entries = read_ledger(out_dir)
        known = {Path(entry.file): name for name, entry in entries.items()}
        recordings = name_recordings(files, known=known, taken=_names_in_use(out_dir))
        return _Batch(out_dir, job, jobs, on_event or (lambda _: None), entries).run(recordings)


def _names_in_use(out_dir: Path) -> set[str]:
    """Names that belong to the batch itself, and whatever else lies in the folder: nothing is overwritten."""
    own = {PARTIAL_NAME, LEDGER_NAME, LOCK_NAME, SUMMARY_CSV, SUMMARY_PARQUET, WIDE_CSV, FAILURES_CSV}
    return own | {path.name for path in out_dir.iterdir()}


@dataclass
class _Running:
    """A worker, what it works on and where."""

    recording: Recording
    key: str
    scratch: Path
    worker: WorkerProcess


@dataclass
class _Batch:
    """The state of a running batch."""

    out_dir: Path
    job: Job
    jobs: int
    on_event: OnEvent
    entries: dict[str, Entry]
    running: list[_Running] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    total: int = 0

    def run(self, recordings: Sequence[Recording]) -> BatchResult:
        partial_dir = self.out_dir / PARTIAL_NAME
        # Left over from a run that was killed.
        shutil.rmtree(partial_dir, ignore_errors=True)
        partial_dir.mkdir()
        waiting = list(reversed(recordings))
        self.total = len(recordings)
        try:
            while waiting or self.running:
                free = bool(waiting) and len(self.running) < self.jobs
                if free:
                    self._begin(waiting.pop())
                self._listen(0 if free else _POLL_S)
        except KeyboardInterrupt:
            raise Cancelled(
                f"Stopped with {len(self.done)} analysed; run the same command again to go on from there."
            ) from None
        finally:
            for each in self.running:
                each.worker.stop()
            shutil.rmtree(partial_dir, ignore_errors=True)
            write_tables(self.out_dir, self._present())
        failures = sorted(self.failures, key=lambda failure: failure.recording)
        return BatchResult(self.out_dir, tuple(sorted(self.done)), tuple(sorted(self.skipped)), tuple(failures))

    def _tell(
        self, kind: EventKind, recording: str, stage: str = "", share: float = 0.0, sentence: str | None = None
    ) -> None:
        finished = len(self.done) + len(self.skipped) + len(self.failures)
        done = (finished + sum(each.worker.share for each in self.running)) / self.total
        self.on_event(BatchEvent(kind, recording, stage, share, finished, self.total, done, sentence))

    def _present(self) -> dict[str, Entry]:
        """Entries whose result is still there, or that failed."""
        return {
            name: entry
            for name, entry in self.entries.items()
            if entry.status == "failed" or read_measures(self.out_dir / name) is not None
        }

    def _begin(self, recording: Recording) -> None:
        """Start a worker for a recording unless its result is there, or its file cannot be read."""
        try:
            key = work_key(recording.file, self.job.fingerprint())
        except OSError as error:
            reason = "does not exist" if isinstance(error, FileNotFoundError) else f"cannot be read ({error.strerror})"
            self._failed(recording, "", Outcome(f"The file {recording.file} {reason}; check the name."))
            return
        entry = self.entries.get(recording.name)
        same = entry is not None and entry.status == "done" and entry.key == key
        if same and read_measures(self.out_dir / recording.name) is not None:
            self.skipped.append(recording.name)
            self._tell("skipped", recording.name, share=1.0)
            return
        scratch = Path(tempfile.mkdtemp(dir=self.out_dir / PARTIAL_NAME))
        work = partial(self.job, (recording.file,), scratch / recording.name)
        threads = max(1, usable_cores() // min(self.jobs, self.total))
        self.running.append(_Running(recording, key, scratch, WorkerProcess(work, scratch=scratch, threads=threads)))
        self._tell("started", recording.name)

    def _listen(self, wait_s: float) -> None:
        """Take in what the workers sent, waiting a little for it."""
        wait([each.worker.connection for each in self.running], timeout=wait_s)
        for each in list(self.running):
            if not each.worker.poll():
                continue
            outcome = each.worker.outcome
            if outcome is None:
                self._tell("progress", each.recording.name, each.worker.stage, each.worker.share)
                continue
            self.running.remove(each)
            if outcome.ok:
                self._succeeded(each)
            else:
                self._failed(each.recording, each.key, outcome)
            shutil.rmtree(each.scratch, ignore_errors=True)

    def _succeeded(self, each: _Running) -> None:
        name = each.recording.name
        target = self.out_dir / name
        # Noted first: killed between the two, the next run does it again under the same name.
        self._record(name, Entry(str(each.recording.file), each.key, "done"))
        if target.exists():
            target.rename(each.scratch / ".replaced")
        (each.scratch / name).rename(target)
        (self.out_dir / f"{name}{LOG_SUFFIX}").unlink(missing_ok=True)
        self.done.append(name)
        self._tell("done", name, share=1.0)

    def _failed(self, recording: Recording, key: str, outcome: Outcome) -> None:
        sentence = outcome.sentence or ""
        name = recording.name
        if (self.out_dir / name).exists():
            sentence += f" The folder {name} still holds an earlier result."
        log = self.out_dir / f"{name}{LOG_SUFFIX}"
        if outcome.details:
            log.write_text(outcome.details, encoding="utf-8")
        else:
            log.unlink(missing_ok=True)
        self.failures.append(Failure(name, recording.file, sentence))
        self._record(name, Entry(str(recording.file), key, "failed", sentence))
        self._tell("failed", name, share=1.0, sentence=sentence)

    def _record(self, name: str, entry: Entry) -> None:
        self.entries[name] = entry
        write_ledger(self.out_dir, self.entries)
