"""Whether hearing still hears: the one thread whose standing still nobody else would notice."""

from typing import Final

# A pump takes 30 ms at most, and under load hearing was never late by more than a few hundred; the
# promise is to know of deafness within two seconds.
MAX_LATE_S: Final = 1.5


class HearingWatch:
    """Compares what the microphone delivered with what was heard of it."""

    def __init__(self, captured_hz: int) -> None:
        self._max_late_samples = round(MAX_LATE_S * captured_hz)
        self._heard = 0
        self._captured = 0  # when hearing was last seen to move

    def is_stuck(self, captured: int, heard: int) -> bool:
        """`captured` samples of the device were delivered, `heard` of 16 kHz were taken from them."""
        if heard != self._heard or captured < self._captured:
            self._heard, self._captured = heard, captured
        return captured - self._captured > self._max_late_samples
