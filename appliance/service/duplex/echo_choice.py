"""Whether the echo is cancelled, or nothing is heard while the loudspeaker sounds."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from appliance.hearing.echo.canceller import EchoCanceller, FarEnd
from appliance.hearing.echo.echo_stage import EchoStage

Cancel = Literal["auto", "on", "off"]


@dataclass(frozen=True, slots=True)
class EchoChoice:
    """`canceller`: None, it does without. `half_duplex`: what is said while the loudspeaker sounds is not
    heard. `climbs`: how one interrupts it is chosen from what is measured (`EchoLadder`)."""

    canceller: EchoCanceller | None
    half_duplex: bool
    climbs: bool = False

    def stage(self, far: FarEnd, coupling_db: float = 0.0) -> EchoStage | None:
        """What stands between resampler and history; `far` is what the loudspeaker plays, and `coupling_db`
        the level of the echo over that, as far as it is known."""
        return None if self.canceller is None else EchoStage(self.canceller, far, coupling_db)


def choose_echo(cancel: Cancel, warn: Callable[[str], None]) -> EchoChoice:
    """What `audio.echo.cancel` comes to on this machine; `warn` is told in a sentence where the canceller
    cannot be loaded."""
    if cancel == "off":
        return EchoChoice(None, half_duplex=False)
    from appliance.hearing.echo.aec3 import CancellerError
    from appliance.hearing.echo.cancelling import echo_canceller

    try:
        return EchoChoice(echo_canceller(), half_duplex=False, climbs=cancel == "auto")
    except CancellerError as error:
        again = "install the appliance again to have it back"
        if cancel == "on":
            warn(f"{error}. It listens while it speaks all the same, and may hear itself; {again}")
            return EchoChoice(None, half_duplex=False)
        warn(
            f"{error}. While it speaks it does not listen, because it would hear itself; {again}, or with"
            " headphones or a cable, --set audio.echo.cancel=off"
        )
        return EchoChoice(None, half_duplex=True)
