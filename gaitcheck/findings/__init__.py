"""From measures to bands, findings and muscle hints. Knowledge is data (TOML in `knowledge/`), wording is guarded."""

from gaitcheck.findings.engine import assess
from gaitcheck.findings.load import knowledge
from gaitcheck.findings.result import Assessment, Finding, MuscleHint
from gaitcheck.findings.wording import violations

__all__ = ["Assessment", "Finding", "MuscleHint", "assess", "knowledge", "violations"]
