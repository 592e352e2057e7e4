"""What can be asked of a running appliance, and what it tells."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from appliance.conversation.vocabulary import HistoryItem
from appliance.errors import ApplianceError, Fault
from appliance.service.money.money_status import MoneyStatus


class Refused(ApplianceError):
    """What was asked cannot be done now; the text is one sentence that says why and what to do."""

    fault = Fault.OWNER
    exit_code = 1


@dataclass(frozen=True, slots=True)
class AnswerText:
    """The whole text of an answer so far; `final`: no more comes."""

    text: str
    final: bool


@dataclass(frozen=True, slots=True)
class ProviderStatus:
    """One who may answer: how its link stands, why, and whether it is the one who is asked."""

    name: str
    link: str
    reason: str = ""
    current: bool = False


@dataclass(frozen=True, slots=True)
class DeviceStatus:
    """The microphone or the loudspeaker (`device`): how it stands, its stable name, and why."""

    device: str
    state: str
    name: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class TimerStatus:
    """A timer that runs: its number, its name, which may be empty, and how long until it rings."""

    number: int
    name: str
    left_s: float


@dataclass(frozen=True, slots=True)
class AlarmStatus:
    """An alarm that is set: its number, its name, which may be empty, its time of day, the days on which it
    repeats (none: it rings once), and when it rings next, in local time (empty: the clock was never set)."""

    number: int
    name: str
    at: str
    weekdays: Sequence[str] = ()
    rings: str = ""


@dataclass(frozen=True, slots=True)
class EchoStatus:
    """What becomes of the loudspeaker's echo (`state` as in the event log), and what was measured of it: its
    level at the microphone over what is played, what is taken out (dB), what is left and the room's noise
    (dBFS). None: not measured yet. `interrupted_by`: what stops an answer: `full_duplex` (speech),
    `loud_voice` (who speaks up) or `button_only`; empty where nothing is known."""

    state: str
    echo_db: float | None = None
    erle_db: float | None = None
    residual_dbfs: float | None = None
    noise_dbfs: float | None = None
    interrupted_by: str = ""


@dataclass(frozen=True, slots=True)
class MicrophoneStatus:
    """How the microphone sounds (`state` as in the event log): the level of what people say and of the room
    (dBFS), how much of what they say is cut off at full scale, the hum of the mains in a quiet room (dBFS),
    and the constant that is added to everything (per cent). None: not heard yet."""

    state: str
    speech_dbfs: float | None = None
    noise_dbfs: float | None = None
    clipped_percent: float = 0.0
    hum_dbfs: float | None = None
    offset_percent: float = 0.0


@dataclass(frozen=True, slots=True)
class Status:
    """What the appliance is doing (public contract: `status --json` has these keys).

    `phase` is one of the five of the event log, `state` the finer one within it. `volume` is 0…100.
    `trigger` is what opens a turn as things are: open, button, or wake_word, which is `wake_word` as one says
    it; a wake word that cannot be heard is told by `light`.
    `light` is what the light tells (hardware/lights.md), also where there is none. `end_of_turn` says how
    much silence ends a turn by now, and what has a say in it.
    `quiet_until` is when the quiet hours end, "07:00", empty where they are not.
    `echo` is None where none is cancelled.
    `deaf` and `mouthless` are sentences that say why it cannot hear or be heard, empty where it can.
    `counters` are finite numbers by name; a name carries its unit, a label stands behind a dot.
    """

    version: str
    uptime_s: float
    phase: str
    state: str
    muted: bool
    volume: int
    conversation: str
    providers: Sequence[ProviderStatus] = ()
    devices: Sequence[DeviceStatus] = ()
    timers: Sequence[TimerStatus] = ()
    money: MoneyStatus | None = None
    deaf: str = ""
    mouthless: str = ""
    counters: Mapping[str, int | float] = field(default_factory=dict)
    alarm_rings: bool = False
    alarms: Sequence[AlarmStatus] = ()
    light: str = ""
    trigger: str = "open"
    wake_word: str = ""
    quiet_until: str = ""
    echo: EchoStatus | None = None
    microphone: MicrophoneStatus | None = None
    end_of_turn: str = ""


class Controls(Protocol):
    """What the control socket asks of the conversation, on the event loop's thread.

    Everything returns within `Waits.call_s`, once it is decided and not once it is done, and
    raises `Refused` where it cannot be done. Arguments are valid and in range.
    """

    async def say(self, text: str) -> None:
        """Speak `text` as an announcement; returns when it is on its way to the loudspeaker."""

    def ask(self, text: str, *, spoken: bool) -> AsyncGenerator[AnswerText, None]:
        """Ask in writing; the text of the answer as it grows, the last one `final`.

        Not `spoken`: the answer is wanted in writing only. Raises `Refused`, also in the middle, when
        nobody answers. The pieces come no further apart than `Waits.piece_s`; the generator
        is closed (`aclose`) as soon as nobody waits for the answer any more.
        """

    def mute(self) -> None:
        """From here on nothing is heard and nothing is sent."""

    def unmute(self) -> None:
        """Listen again."""

    def stop(self) -> None:
        """End whatever goes on: a turn, an answer or an announcement."""

    def forget(self) -> None:
        """Forget everything that was said; what goes on is over."""

    def commit(self) -> None:
        """The open turn is said."""

    def press(self) -> None:
        """The button goes down."""

    def release(self, *, held: bool) -> None:
        """The button comes up; `held` long enough to mean that the turn ends with it."""

    def volume(self) -> int:
        """The loudspeaker's volume, 0…100."""

    def set_volume(self, percent: int) -> None:
        """Change the volume; `percent` is 0…100."""

    def variables(self) -> Mapping[str, str]:
        """The variables that the instructions may name."""

    def set_variable(self, name: str, value: str) -> None:
        """Give a variable a value, from the next turn on."""

    async def reload(self) -> None:
        """Apply the changed configuration in the next quiet moment; returns once it was found right."""

    def transcript(self) -> Sequence[HistoryItem]:
        """What was said and heard so far, oldest first."""

    def status(self) -> Status:
        """What it is doing."""
