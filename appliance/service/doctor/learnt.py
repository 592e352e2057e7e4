"""What was measured of one microphone and one loudspeaker, as it is kept. Pure."""

from typing import Annotated, Final, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

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


# Less is what the measurement itself leaves in a noisy room.
_SLIP_MS: Final = 0.25


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

    @property
    def steady(self) -> bool:
        """Whether no sound was lost meanwhile; else neither delay nor drift mean anything."""
        gaps = self.overruns + self.underruns
        return not gaps and (self.echo is None or self.echo.slip_ms <= _SLIP_MS)
