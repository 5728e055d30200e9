"""Many recordings: one worker process for each, a folder for each, one table over all."""

from gaitcheck.batch.events import BatchEvent, BatchResult, Failure
from gaitcheck.batch.run import run_batch

__all__ = ["BatchEvent", "BatchResult", "Failure", "run_batch"]
