"""Levels, ramps and bounds of the playout."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PlayoutOptions:
    """Levels and ramps at the loudspeaker. `rate_hz` is the device's."""

    rate_hz: int
    duck_db: float = -12.0
    duck_ramp_ms: float = 30.0
    hush_ramp_ms: float = 20.0
    resume_ramp_ms: float = 60.0
    volume_ramp_ms: float = 50.0  # from silence to full it is heard as a step, without a click
    fade_ms: float = 10.0  # of what is cut off for good
    max_yield_s: float = 8.0  # for the next pause; few spoken sentences are longer
    max_answer_s: float = 240.0  # kept of an answer: generated and not heard; 23 MB at 48 kHz
