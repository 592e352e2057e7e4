"""What is known of a recording: a file of JSON beside it, which `appliance tune` writes when it records."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from appliance.errors import InputFileError
from appliance.pcm.formats import NEAR_RATE_HZ
from appliance.service.tune.trial import Stretch
from appliance.service.tune.truth import Segment

_MAX_BYTES: Final = 1 << 20
_Seconds = Annotated[float, Field(ge=0, le=86_400)]


class _SegmentShape(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True, allow_inf_nan=False)

    from_s: _Seconds
    until_s: _Seconds
    kind: Literal["sentence", "nobody"]
    text: str = Field(default="", max_length=1000)


class _Labels(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)

    segments: list[_SegmentShape] = Field(max_length=10_000)


def labels_of(recording: Path) -> Path:
    """Where they stand: NAME.json for NAME.wav."""
    return recording.with_suffix(".json")


def read_labels(recording: Path) -> tuple[Segment, ...] | None:
    """The segments of a recording; None where nothing stands beside it. Raises InputFileError."""
    path = labels_of(recording)
    if not path.is_file():
        return None
    try:
        with path.open("rb") as file:
            labels = _Labels.model_validate_json(file.read(_MAX_BYTES))
    except OSError as error:
        raise InputFileError(f"{path} cannot be read: {error.strerror}") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(step) for step in first["loc"]) or "it"
        raise InputFileError(
            f"{path} beside {recording.name} says nothing about it: {where}: {first['msg']}; take it away if"
            " it belongs to something else"
        ) from error
    return tuple(_segment(shape) for shape in labels.segments)


def write_labels(recording: Path, segments: Sequence[Segment]) -> None:
    """Write them beside the recording. Raises InputFileError."""
    shapes = [
        {
            "from_s": round(segment.where.start / NEAR_RATE_HZ, 3),
            "until_s": round(segment.where.end / NEAR_RATE_HZ, 3),
            "kind": "sentence" if segment.spoken else "nobody",
            "text": segment.text,
        }
        for segment in segments
    ]
    try:
        labels_of(recording).write_text(json.dumps({"segments": shapes}, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise InputFileError(f"{labels_of(recording)} cannot be written: {error.strerror}") from error


def _segment(shape: _SegmentShape) -> Segment:
    where = Stretch(round(shape.from_s * NEAR_RATE_HZ), round(shape.until_s * NEAR_RATE_HZ))
    return Segment(where, shape.kind == "sentence", shape.text)
