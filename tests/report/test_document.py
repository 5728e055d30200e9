import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import numpy as np
import pytest

from gaitcheck.analyze import Analysis
from gaitcheck.errors import UnusableInputError
from gaitcheck.report.document import (
    Document,
    Files,
    Still,
    VideoOutputs,
    as_jsonable,
    document_json,
    json_schema,
    read_document,
    to_document,
)
from gaitcheck.track import PelvisTrack

STILL = Still("stills/rear_left_midstance.jpg", 1, "left", "midstance", 0.24, "femoral_adduction", 6.0, "deg")


def full_document(analysis: Analysis) -> Document:
    outputs = [VideoOutputs("annotated.mp4", (STILL,)), *[VideoOutputs()] * (len(analysis.videos) - 1)]
    files = Files("report.html", "report.pdf", "landmarks.parquet", "steps.csv")
    return to_document(analysis, outputs=outputs, files=files)


def test_the_schema_in_docs_is_current(repository: Path) -> None:
    assert json.loads((repository / "docs/analysis.schema.json").read_text()) == json_schema()


def test_documents_fit_the_schema_and_a_changed_one_does_not(two_views: Analysis) -> None:
    validator = jsonschema.Draft202012Validator(json_schema())
    validator.check_schema(json_schema())
    plain = json.loads(document_json(full_document(two_views)))
    validator.validate(plain)
    validator.validate(json.loads(document_json(to_document(two_views))))
    plain["measures"][0]["side"] = "both"
    assert not validator.is_valid(plain)


def test_measures_have_the_promised_keys_and_withheld_ones_no_number(rear: Analysis) -> None:
    measures = as_jsonable(to_document(rear))["measures"]
    wanted = {"id", "side", "unit", "mean", "sd", "n_steps", "uncertainty", "status", "reason", "view"}
    assert all(wanted <= set(m) for m in measures)
    drop = [m for m in measures if m["id"] == "contralateral_pelvic_drop"]
    assert [(m["side"], m["mean"], m["status"]) for m in drop] == [
        ("left", None, "not_measurable"),
        ("right", None, "not_measurable"),
    ]
    cadence = next(m for m in measures if m["id"] == "cadence")
    assert (cadence["side"], cadence["mean"]) == (None, pytest.approx(60 / 0.36))


def test_everything_but_the_times_is_the_same_twice(rear: Analysis) -> None:
    first, second = (to_document(rear, written_at=datetime(2026, 1, 1, 0, 0, s, tzinfo=UTC)) for s in (1, 2))
    assert document_json(first) != document_json(second)
    one, two = as_jsonable(first), as_jsonable(second)
    assert one["provenance"].pop("times") != two["provenance"].pop("times")
    assert one == two


def test_reading_gives_back_what_was_written(two_views: Analysis, tmp_path: Path) -> None:
    document = full_document(two_views)
    (tmp_path / "analysis.json").write_text(document_json(document), encoding="utf-8")
    assert read_document(tmp_path) == document
    assert read_document(tmp_path / "analysis.json") == document


def test_a_spread_of_one_step_becomes_null_and_a_mean_that_is_no_number_is_refused(rear: Analysis) -> None:
    one = replace(rear.measures[0], sd=float("nan"), uncertainty=float("inf"))
    document = to_document(replace(rear, measures=(one,)))
    assert (document.measures[0].sd, document.measures[0].uncertainty) == (None, None)
    broken = to_document(replace(rear, measures=(replace(one, mean=float("nan")),)))
    with pytest.raises(ValueError, match="JSON"):
        document_json(broken)


def test_the_folder_of_a_model_file_stays_private(rear: Analysis) -> None:
    settings = rear.settings.model_copy(update={"model_path": Path("/home/somebody/models/full.task")})
    text = document_json(to_document(replace(rear, settings=settings)))
    assert "somebody" not in text
    assert '"model_path": "full.task"' in text


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"schema_version": "0.1"}'])
def test_another_file_is_refused_in_one_sentence(text: str, tmp_path: Path) -> None:
    (tmp_path / "analysis.json").write_text(text)
    with pytest.raises(UnusableInputError, match="run the analysis of this recording again"):
        read_document(tmp_path)


def test_a_missing_file_is_refused_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UnusableInputError, match=r"There is no .*none\.json: check the name"):
        read_document(tmp_path / "none.json")
    with pytest.raises(UnusableInputError, match=r"holds no analysis\.json"):
        read_document(tmp_path)


def test_the_pelvis_line_of_each_video_is_described_and_an_unknown_zero_is_null(two_views: Analysis) -> None:
    first, second = two_views.videos
    n = len(first.raw_track)
    seen = np.arange(n) % 4 != 0
    line = PelvisTrack(
        time_s=first.raw_track.time_s,
        tilt_deg=np.where(seen, 2.0, np.nan),
        noise_deg=np.where(seen, 0.2, np.nan),
        ends_px=np.full((n, 2, 2), np.nan),
        source="registration",
        absolute=False,
        zero_deg=np.inf,
        swing_deg=1.5,
    )
    videos = (replace(first, runner=replace(first.runner, pelvis=line)), second)
    records = json.loads(document_json(to_document(replace(two_views, videos=videos))))["videos"]
    assert records[0]["pelvis_line"] == {
        "source": "registration",
        "absolute": False,
        "seen_share": pytest.approx(seen.mean()),
        "zero_deg": None,
        "swing_deg": 1.5,
        "reason": None,
    }
    assert records[1]["pelvis_line"] is None
