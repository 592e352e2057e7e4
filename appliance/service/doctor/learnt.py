"""What was measured of this microphone and this loudspeaker, kept for the echo canceller."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from appliance.service.state import StateDirectory, Warn

FILE: Final = "acoustics.json"

Level = Annotated[float, Field(ge=-200, le=100)]


class LearntEcho(BaseModel):
    """The loudspeaker as the microphone hears it; see `appliance.audio.acoustics.Echo`.

    `delay_ms`: from the instant at which a sample leaves the loudspeaker, as the daemon tells it from what
    the device says it has queued, to the instant at which the microphone hears it, as the daemon tells that.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    delay_ms: float = Field(ge=-1000, le=2000)
    level_db: Level
    distortion_db: Level
    drift_ppm: float = Field(ge=-200_000, le=200_000)
    slip_ms: float = Field(ge=0, le=1000)


class Learnt(BaseModel):
    """One measurement, of devices by their stable names. `echo` is None where nothing of it was heard."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    version: Literal[1] = 1
    measured_at: AwareDatetime
    microphone: str = Field(max_length=400)
    loudspeaker: str = Field(max_length=400)
    capture_hz: int = Field(ge=4000, le=384_000)
    playout_hz: int = Field(ge=4000, le=384_000)
    noise_dbfs: Level
    clipped_share: float = Field(ge=0, le=1)
    overruns: int = Field(default=0, ge=0)
    underruns: int = Field(default=0, ge=0)
    echo: LearntEcho | None = None


def keep(folder: Path, learnt: Learnt, warn: Warn) -> None:
    """Save it in the state directory `folder`; whoever owns that may read it, though root measured.

    Raises InputFileError where the directory cannot be made; `warn` is told where it cannot be written.
    """
    state = StateDirectory(folder, warn)
    state.make()
    state.save(FILE, learnt.model_dump(mode="json"))
    state.close()
    _give_to_the_owner(folder / FILE)


def recall(state: StateDirectory) -> Learnt | None:
    """What was measured last; None where nothing was. What makes no sense is put aside, with a warning."""
    kept = state.read(FILE)
    if kept is None:
        return None
    try:
        return Learnt.model_validate(kept)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        state.put_aside(FILE, f"{'.'.join(map(str, first['loc'])) or FILE}: {first['msg']}")
        return None


def _give_to_the_owner(path: Path) -> None:
    """Root measures, and the service reads: the file goes to whoever owns the directory."""
    owner = path.parent.stat()
    if os.geteuid() == 0 and owner.st_uid != 0:
        with suppress(OSError):
            os.chown(path, owner.st_uid, owner.st_gid)
