"""How it stands, all together, as the light wants to know it."""

from collections.abc import Mapping, Sequence
from typing import Final, Protocol

from appliance.conversation.machine import State
from appliance.conversation.vocabulary import DeviceState, LinkState
from appliance.panel.joint_state import Answering, JointState, Life
from appliance.service.event_log import Event
from appliance.service.liveness import Part

_GONE: Final = frozenset({LinkState.DOWN, LinkState.BACKING_OFF})
# Parts without which a device is of no use, however well it does.
_NEEDED: Final[Mapping[str, frozenset[str]]] = {
    "microphone": frozenset({Part.CAPTURE, Part.HEARING}),
    "loudspeaker": frozenset({Part.PLAYOUT}),
}


class Conversation(Protocol):
    """The conductor, as far as it can be seen."""

    @property
    def state(self) -> State: ...
    @property
    def muted(self) -> bool: ...
    @property
    def sounds(self) -> bool: ...


class Bell(Protocol):
    """The loudspeaker, as far as it rings."""

    @property
    def rings(self) -> bool: ...


class KernelsEar(Protocol):
    """Whether the microphone is open (`Ear`)."""

    @property
    def open(self) -> bool: ...


class Outlook:
    """Gathers it from the rooms; what is not asked of them is learnt from the event log."""

    def __init__(
        self, conductor: Conversation, loudspeaker: Bell, ear: KernelsEar, providers: Sequence[str]
    ) -> None:
        """`providers` are the names in the owner's order."""
        self._conductor = conductor
        self._loudspeaker = loudspeaker
        self._ear = ear
        self._first = providers[0]
        self._fails = dict.fromkeys(providers, False)
        self._devices: dict[str, str] = {}
        self._stuck: set[str] = set()
        self._quiet = False
        self._ear_open = ear.open
        self.life = Life.STARTING
        self.wordless = False  # its wake word cannot be heard

    def take(self, event: Event) -> None:
        """An event of the log, as it is written."""
        match event:
            case {"event": "device", "device": str(device), "state": str(state)}:
                self._devices[device] = state
            case {"event": "quiet_hours", "state": "began" | "ended" as state}:
                self._quiet = state == "began"
            case {"event": "liveness", "part": str(part), "state": "stuck"}:
                self._stuck.add(part)
            case {"event": "liveness", "part": str(part)}:
                self._stuck.discard(part)
            case {"event": "provider", "name": str(name), "link": str(link), "reason": reason}:
                if link == LinkState.READY or (
                    link in _GONE and not reason
                ):  # or let go, and nothing is wrong
                    self._fails[name] = False
                elif link in _GONE:
                    self._fails[name] = True

    def look(self) -> None:
        """Ask the kernel anew; to be called every `look_every_ms`."""
        self._ear_open = self._ear.open

    def now(self, *, button_down: bool = False, asks_to_forget: bool = False) -> JointState:
        """How it stands; of the ear, how it stood when it was last looked at. The hand at the button is what
        the panel knows itself."""
        conductor = self._conductor
        return JointState(
            life=self.life,
            phase=conductor.state.phase,
            sounds=conductor.sounds,
            rings=self._loudspeaker.rings,
            muted=conductor.muted,
            ear_open=self._ear_open,
            deaf=self._is_lost("microphone"),
            mouthless=self._is_lost("loudspeaker"),
            answering=self._answering,
            quiet=self._quiet,
            button_down=button_down,
            asks_to_forget=asks_to_forget,
            listens_on=conductor.state is State.FOLLOWING,
            wordless=self.wordless,
        )

    def _is_lost(self, device: str) -> bool:
        ready = self._devices.get(device, DeviceState.READY) == DeviceState.READY
        return not ready or not self._stuck.isdisjoint(_NEEDED[device])

    @property
    def _answering(self) -> Answering:
        if all(self._fails.values()):
            return Answering.NOBODY
        return Answering.STAND_IN if self._fails[self._first] else Answering.FIRST
