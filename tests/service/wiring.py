"""How the rooms of a staged conversation reach one another."""

from dataclasses import dataclass

from appliance.pcm.formats import NEAR_RATE_HZ, ms_of_samples
from appliance.service.assembly import Assembly
from appliance.service.event_log import EventLog
from appliance.service.network.clock import TickerClock
from appliance.service.ticker import Capture, Ears, Mind, Renderer, Ticker


@dataclass(frozen=True)
class Ports:
    """What a ticker moves."""

    capture: Capture
    hearing: Ears
    pump: Renderer
    conductor: Mind


class Wiring:
    """As in a replay: at once, and every deadline is looked after at every tick."""

    def connect(self, ports: Ports, assembly: Assembly, clock: TickerClock, log: EventLog) -> Ports:
        """What the ticker moves in place of `ports`, the rooms themselves."""
        return ports

    def wake_at(self, due_ms: float) -> None:
        """The conductor wants to be ticked at this stream time."""

    def near_ms(self, index: int) -> float:
        """Stream time of a 16 kHz sample of the near end."""
        return ms_of_samples(index, NEAR_RATE_HZ)

    def set_muted(self, ticker: Ticker, muted: bool) -> None:
        """The conductor wants nothing to be heard, or everything again."""
        ticker.set_muted(muted)
