"""The measures: one record each, in the order of the report."""

from gaitcheck.gait.measures import frontal, pelvis, sagittal, timing
from gaitcheck.gait.measures.definition import MeasureDef

#: Every measure by its id.
REGISTRY: dict[str, MeasureDef] = {
    definition.id: definition for room in (pelvis, frontal, sagittal, timing) for definition in room.MEASURES
}
