"""The waits of a conversation: their numbers as the code has them, and why they are what they are."""

from typing import Final, NamedTuple

from appliance.audio.capture import STALL_S as MICROPHONE_STALL_S
from appliance.audio.pacing import STALL_S as LOUDSPEAKER_STALL_S
from appliance.audio.playout_options import PlayoutOptions
from appliance.audio.supervision import LONGEST_RETRY_S
from appliance.hearing.speech.energy import WINDOW_SAMPLES
from appliance.hearing.turns.speech_run import DIP_MS, READABLE_MS
from appliance.hearing.turns.turn_detector import TurnOptions
from appliance.panel.gestures import TAP_MAX_MS
from appliance.pcm.formats import NEAR_RATE_HZ
from appliance.providers.health import BACKOFF_CAP_S
from appliance.providers.offline.keeper import READ_DEADLINE_S
from appliance.providers.standby import HEDGE_AFTER_S
from appliance.service.duplex.half_duplex import RING_OUT_MS
from appliance.service.rooms import ConductorOptions
from appliance.service.waits import BREATH_MS, HEARING_BEHIND_MS
from appliance.settings.options import Conversation, Hearing, Interruption


class Wait(NamedTuple):
    """How long something is waited for, where the number stands, and why it is that one."""

    what: str
    milliseconds: float
    where: str
    why: str


_HEARING, _TALK, _OVER = Hearing(), Conversation(), Interruption()
_TURN, _CONDUCT, _PLAYOUT = TurnOptions(), ConductorOptions(), PlayoutOptions(rate_hz=48_000)

WAITS: Final = (
    Wait(
        "pause inside a word",
        DIP_MS,
        "`DIP_MS`",
        "the closure of a stop, or one window in which the detector hesitates, is no end of speech in a row",
    ),
    Wait(
        "speech until the answer stands still",
        _OVER.hush_ms,
        "`interruption.hush_ms`",
        "with the 20 ms of its fade the answer is silent well within 300 ms; most clicks are over by then",
    ),
    Wait(
        "pause that ends a run",
        _TURN.run_gap_ms,
        "`run_gap_ms`",
        "longer than any pause in a word: what comes after it is judged by itself",
    ),
    Wait(
        "speech until it is real",
        _HEARING.min_speech_ms,
        "`hearing.min_speech_ms`",
        "a cough or a click is shorter, and never leaves the box",
    ),
    Wait(
        "speech until its words are read",
        READABLE_MS,
        "`READABLE_MS`",
        "holds a drawn-out “mhm”, and is early enough to be read before length alone decides",
    ),
    Wait(
        "reading of the words",
        READ_DEADLINE_S * 1000,
        "`READ_DEADLINE_S`",
        "by then the length of the speech decides by itself, whatever was said",
    ),
    Wait(
        "speech in a row that takes the floor",
        _TURN.confirmed_ms,
        "`confirmed_ms`",
        "longer than a backchannel, shorter than a person's patience",
    ),
    Wait(
        "decision (deadline `confirm`)",
        _OVER.confirm_ms,
        "`interruption.confirm_ms`",
        "an answer that stands still for longer sounds broken",
    ),
    Wait(
        "hearing or the reader, where they are behind by then (deadline `hearing`)",
        HEARING_BEHIND_MS,
        "`HEARING_BEHIND_MS`",
        "what a busy machine hears late is not dropped; who is further behind does not hear",
    ),
    Wait(
        "somebody to speak on who was not understood, before the answer goes on (deadline `breath`)",
        BREATH_MS,
        "`BREATH_MS`",
        "a breath inside a sentence of which no word was read: the answer does not start into it",
    ),
    Wait(
        "end of the sentence",
        _PLAYOUT.max_yield_s * 1000,
        "`max_yield_s`",
        "few spoken sentences are longer; then the answer gives way where it is",
    ),
    Wait(
        "silence that ends a turn",
        _HEARING.end_silence_ms,
        "`hearing.end_silence_ms`",
        "pauses inside a sentence last 300 to 700 ms",
    ),
    Wait(
        "silence after which a turn is asked that sounds complete",
        _HEARING.end_silence_min_ms,
        "`hearing.end_silence_min_ms`",
        'with `hearing.end_of_turn = "model"`; what the provider needs for its answer has then begun',
    ),
    Wait(
        "silence before anything is heard or done of an answer to that (deadline `sure`)",
        _HEARING.end_silence_ms,
        "`hearing.end_silence_ms`",
        "who goes on before that was not done, and finds nothing said",
    ),
    Wait(
        "first word after the button",
        _HEARING.no_speech_s * 1000,
        "`hearing.no_speech_s`",
        "time to find one's words; then the turn is closed and nothing was asked",
    ),
    Wait(
        "first word after the wake word, before it gives a sign (deadline `sign`)",
        _CONDUCT.sign_ms,
        "`sign_ms`",
        "whoever says it all in one breath goes on sooner, and whoever waits longer waits for a sign",
    ),
    Wait(
        "reply after an answer, where speech alone opens no turn (deadline `follow-up`)",
        _TALK.follow_up_s * 1000,
        "`conversation.follow_up_s`",
        "time to think of a reply; no longer, for a television goes on talking",
    ),
    Wait(
        "longest turn",
        _HEARING.max_turn_s * 1000,
        "`hearing.max_turn_s`",
        "nobody asks for longer, but a television does; the bound of all that is kept of a turn",
    ),
    Wait(
        "longest tap",
        TAP_MAX_MS,
        "`TAP_MAX_MS`",
        "a deliberate tap takes 100 to 250 ms; who pushes to talk holds for longer than a word needs",
    ),
    Wait(
        "first audio (deadline `answer`)",
        _TALK.answer_deadline_s * 1000,
        "`conversation.answer_deadline_s`",
        "then the next provider is asked, with as much time; it stands still while a tool runs",
    ),
    Wait(
        "first audio of a provider that failed lately",
        HEDGE_AFTER_S * 1000,
        "`HEDGE_AFTER_S`",
        "then another one is asked as well, unless `conversation.hedge` is off; the first to answer is heard",
    ),
    Wait(
        "more audio (deadline `stall`)",
        _CONDUCT.stall_s * 1000,
        "`stall_s`",
        "longer than any pause a realtime voice makes in mid-answer, shorter than a person's patience; it "
        "stands still while a tool runs",
    ),
    Wait(
        "result of a tool (deadline `tool`)",
        _CONDUCT.tool_s * 1000,
        "`tool_s`",
        "people do not wait for a tool that takes longer: it is lost",
    ),
    Wait(
        "loudspeaker (deadline `mouth`)",
        _CONDUCT.mouth_s * 1000,
        "`mouth_s`",
        "long enough to put a plug back, short enough to remember what the answer was about",
    ),
    Wait(
        "provider that may be tried again",
        BACKOFF_CAP_S * 1000,
        "`BACKOFF_CAP_S`",
        "if it takes longer until anybody may be tried, the turn is given up at once with an honest sentence",
    ),
    Wait(
        "sound from the microphone",
        MICROPHONE_STALL_S * 1000,
        "`STALL_S` (capture)",
        "some devices need half a second to start, and within 2 s it has to say that it is deaf",
    ),
    Wait(
        "movement of the loudspeaker's queue",
        LOUDSPEAKER_STALL_S * 1000,
        "`STALL_S` (pacing)",
        "a driver that was unplugged reports the same free space for ever, and no error",
    ),
    Wait(
        "longest pause between two tries to open a device",
        LONGEST_RETRY_S * 1000,
        "`LONGEST_RETRY_S`",
        "a device that is plugged in again has to work within 5 s",
    ),
    Wait(
        "echo of an own sound",
        RING_OUT_MS,
        "`RING_OUT_MS`",
        "the room rings and the device's queue plays on; until then it is not taken for speech",
    ),
)


def onset() -> str:
    """What follows from the first sound of a person over an answer, as a Markdown table."""
    pauses = f"{READABLE_MS} ms, and at each pause of {DIP_MS} ms"
    steps = (
        (
            f"one or two windows of {WINDOW_SAMPLES * 1000 // NEAR_RATE_HZ} ms",
            f"possible speech: the answer ducks by {-_OVER.duck_db:g} dB in {_PLAYOUT.duck_ramp_ms:g} ms; "
            "it plays on and counts as heard",
        ),
        (
            f"{_OVER.hush_ms} ms of speech",
            f"it hushes: a fade of {_PLAYOUT.hush_ramp_ms:g} ms, then it stands still at a known sample",
        ),
        (pauses, "the words so far are read by the warm offline worker, where there is one"),
        (f"{_TURN.run_gap_ms} ms of pause", "the run is over"),
        (f"{_TURN.confirmed_ms} ms of speech in a row", "it is long"),
        (f"{_OVER.confirm_ms} ms", "the time is up: it is decided as soon as hearing has had its say"),
    )
    lines = ["| after the onset | what happens |", "| --- | --- |"]
    return "\n".join([*lines, *(f"| {when} | {what} |" for when, what in steps)])


def waits() -> str:
    """The waits as a Markdown table."""
    lines = ["| what is waited for | at most | name | why |", "| --- | --- | --- | --- |"]
    lines += [f"| {w.what} | {_shown(w.milliseconds)} | {w.where} | {w.why} |" for w in WAITS]
    return "\n".join(lines)


def _shown(milliseconds: float) -> str:
    return f"{milliseconds:g} ms" if milliseconds < 1000 else f"{milliseconds / 1000:g} s"
