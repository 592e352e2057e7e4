"""Tells what is wrong with the sound of a microphone, whenever that is news."""

from collections.abc import Callable
from typing import Protocol

from appliance.hearing.microphone_meter import MicrophoneFault, MicrophoneMeasure
from appliance.service.control.controls import MicrophoneStatus


class Measuring(Protocol):
    """Who measures the microphone (`Hearing`)."""

    @property
    def microphone(self) -> MicrophoneMeasure: ...


class MicrophoneWatch:
    """Writes a `microphone` event with every fault that is another than the last one, and when it is over."""

    def __init__(self, hearing: Measuring, write: Callable[..., None]) -> None:
        self._hearing = hearing
        self._write = write
        self._told = MicrophoneFault.FINE

    def look(self) -> None:
        """To be called some times a second."""
        measure = self._hearing.microphone
        if measure.fault is self._told:
            return
        self._told = measure.fault
        self._write(
            "microphone",
            state=measure.fault,
            speech_dbfs=measure.speech_dbfs,
            noise_dbfs=measure.noise_dbfs,
            clipped_percent=_percent(measure.clipped_share),
            hum_dbfs=measure.hum_dbfs,
            offset_percent=_percent(measure.offset),
        )

    def status(self) -> MicrophoneStatus:
        """For `appliance status`."""
        measure = self._hearing.microphone
        return MicrophoneStatus(
            measure.fault,
            measure.speech_dbfs,
            measure.noise_dbfs,
            _percent(measure.clipped_share),
            measure.hum_dbfs,
            _percent(measure.offset),
        )


def _percent(share: float) -> float:
    return round(100 * share, 2)
