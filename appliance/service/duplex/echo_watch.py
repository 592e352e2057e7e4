"""Tells what becomes of the loudspeaker's echo, whenever that is news."""

from collections.abc import Callable
from typing import Protocol

from appliance.hearing.echo.echo_measure import EchoMeasure, EchoVerdict
from appliance.service.control.controls import EchoStatus


class Measuring(Protocol):
    """Who measures the echo (`EchoStage`)."""

    @property
    def measure(self) -> EchoMeasure: ...


class EchoWatch:
    """Writes an `echo` event with every verdict that is another than the last one; the first is news once
    it is one."""

    def __init__(self, stage: Measuring | None, write: Callable[..., None]) -> None:
        """Without a `stage` no echo is cancelled, and nothing is told of it."""
        self._stage = stage
        self._write = write
        self._told = EchoVerdict.LEARNING

    @property
    def measure(self) -> EchoMeasure | None:
        """What is known of the echo; None where nothing cancels it."""
        return None if self._stage is None else self._stage.measure

    def look(self) -> None:
        """To be called some times a second."""
        measure = self.measure
        if measure is None or measure.verdict in (self._told, EchoVerdict.LEARNING):
            return
        self._told = measure.verdict
        self._write(
            "echo",
            state=measure.verdict,
            echo_db=_rounded(measure.echo_db),
            erle_db=_rounded(measure.erle_db),
            residual_dbfs=_rounded(measure.residual_dbfs),
            noise_dbfs=_rounded(measure.noise_dbfs),
        )

    def status(self, interrupted_by: str = "") -> EchoStatus | None:
        """For `appliance status`; None where nothing cancels it."""
        measure = self.measure
        if measure is None:
            return None
        return EchoStatus(
            measure.verdict,
            _rounded(measure.echo_db),
            _rounded(measure.erle_db),
            _rounded(measure.residual_dbfs),
            _rounded(measure.noise_dbfs),
            interrupted_by,
        )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)
