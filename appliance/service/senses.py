"""What the appliance can hear and speak with at the moment."""

from appliance.conversation.vocabulary import DeviceChanged, DeviceState
from appliance.service.record import Record


class Senses:
    """Whether it is muted, and how its devices stand; each change is written down."""

    def __init__(self, record: Record) -> None:
        self._record = record
        self._muted = False
        self._devices = dict.fromkeys(("microphone", "loudspeaker"), DeviceState.READY)

    @property
    def muted(self) -> bool:
        """Whether nothing is heard because somebody wished so."""
        return self._muted

    @property
    def deaf(self) -> bool:
        """Whether there is no microphone."""
        return self._devices["microphone"] is DeviceState.LOST

    @property
    def can_be_heard(self) -> bool:
        """Whether the loudspeaker plays what it is given."""
        return self._devices["loudspeaker"] is DeviceState.READY

    def mute(self, muted: bool) -> None:
        """Somebody wished so."""
        self._muted = muted
        self._record.write("mute", muted=muted)

    def change(self, change: DeviceChanged) -> bool:
        """A device came, or went; whether that is news: not where it was lost, and why has become clearer."""
        known = change.state is DeviceState.LOST and self._devices[change.device] is DeviceState.LOST
        self._devices[change.device] = change.state
        self._record.write(
            "device", device=change.device, state=change.state, name=change.name, reason=change.reason
        )
        return not known
