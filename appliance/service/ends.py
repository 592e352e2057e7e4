"""The two ends of the sound, between which a conversation is assembled."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from appliance.conversation.vocabulary import SpeechEvent
from appliance.hearing.echo.echo_stage import EchoStage
from appliance.hearing.turns.turn_process import TurnProcess
from appliance.hearing.turns.turn_worker import TurnModel
from appliance.hearing.wake_word.wake_word import WakeWordDetector
from appliance.pcm.ring import SampleRing
from appliance.service.loudspeaker import Mouth
from appliance.service.network.clock import local_time


@dataclass(frozen=True, slots=True)
class Ends:
    """The two ends of the sound, as the caller has them."""

    capture: SampleRing
    capture_rate_hz: int
    mouth: Mouth
    mouth_rate_hz: int
    near_ms: Callable[[int], float]  # stream time of a 16 kHz sample of the near end
    out_ms: Callable[[int], float]  # stream time of a position of the loudspeaker
    post_speech: Callable[[SpeechEvent], None]
    wake_at: Callable[[float], None]  # have the conductor ticked at this stream time
    on_fault: Callable[[Exception], None]  # something of ours broke: it cannot go on
    set_muted: Callable[[bool], None]  # from here on nothing is read from the microphone, or again
    half_duplex: bool  # what is said while the loudspeaker sounds is not heard
    look_every_ms: float  # how often `Assembly.look` is called
    echo: EchoStage | None = None  # takes the loudspeaker out of what the microphone hears
    climbs: bool = False  # how one interrupts it is chosen from the measured echo
    keep_transcripts: bool = True  # log what was said
    local_time: Callable[[], datetime] = local_time
    clock_is_set: Callable[[], bool] = lambda: True  # whether `local_time` is true
    tell_owner: Callable[[str], None] = lambda sentence: None
    wake_word: WakeWordDetector | None = None  # without it the button has to do where the trigger is one
    warn: Callable[[str], None] = lambda sentence: None  # the owner, and the event log as well
    open_turn_model: Callable[[], TurnModel] = TurnProcess
    punctual: bool = False  # the stream stands still (`TurnEnding.hold`) for what takes the machine time
