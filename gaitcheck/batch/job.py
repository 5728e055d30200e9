"""What is done with one recording."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from gaitcheck import __version__
from gaitcheck.batch.worker import Progress
from gaitcheck.settings import Settings

#: Share of the whole work that is over when the measures are known; the rest is writing pictures and video.
_ANALYSIS_SHARE = 0.7


class Job(Protocol):
    """One recording in, one folder out. Picklable, since it runs in another process."""

    def fingerprint(self) -> dict[str, object]:
        """Everything beside the file itself that decides the result, as plain JSON values."""
        ...

    def __call__(self, files: tuple[Path, ...], folder: Path, progress: Progress) -> None:
        """Analyse the files (views of one run) and write the folder."""
        ...


@dataclass(frozen=True)
class AnalysisJob:
    """The real job: analyse, then write the report."""

    settings: Settings
    annotated_video: bool
    model_sha256: str

    def fingerprint(self) -> dict[str, object]:
        """Settings, the program's version, the pose model, the knowledge and what is to be written."""
        from gaitcheck.findings.load import knowledge

        used = knowledge().used
        return {
            "settings": self.settings.model_dump(mode="json", exclude={"model_path"}),
            "version": __version__,
            "model_sha256": self.model_sha256,
            "knowledge_sha256": [used.sha256, used.override_sha256],
            "annotated_video": self.annotated_video,
        }

    def __call__(self, files: tuple[Path, ...], folder: Path, progress: Progress) -> None:
        """Analyse the files and write the folder as `gaitcheck analyze` does."""
        from gaitcheck.analyze import analyze

        def writing(stage: str, share: float) -> None:
            progress(stage, _ANALYSIS_SHARE + (1 - _ANALYSIS_SHARE) * share)

        analysis = analyze(files, self.settings, progress=lambda stage, share: progress(stage, _ANALYSIS_SHARE * share))
        from gaitcheck.report.write import write_report  # loads SciPy, which is not needed until here

        write_report(analysis, folder, annotated_video=self.annotated_video, progress=writing)
