"""The members of an event as a person reads them in a sentence. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from appliance.conversation.interruption import Cause
from appliance.conversation.machine import Happening
from appliance.conversation.spending import Period
from appliance.conversation.vocabulary import TurnEnd
from appliance.service.control.counter_words import counter_words
from appliance.service.control.link_words import REASONS
from appliance.service.control.money_rows import amount

# By event and member: what its values mean. A value that is not here is shown as it is, without underscores.
_WORDS: Final[Mapping[tuple[str, str], Mapping[Any, str]]] = {
    ("phase", "to"): {
        "idle": "waits for somebody to speak",
        "listening": "listens",
        "thinking": "waits for the answer",
        "speaking": "speaks",
        "interrupted": "is talked over",
    },
    ("phase", "cause"): {
        Happening.SPEECH_POSSIBLE: "there is speech",
        Happening.SPEECH_REAL: "the person goes on",
        Happening.SPEECH_ENDED: "it was no speech",
        Happening.TURN_ENDED: "the person is done",
        Happening.TURN_TOO_SHORT: "it was too short",
        Happening.TURN_OVERHEARD: "it was nobody in particular: the room talks",
        Happening.WORDS_READ: "the words were read",
        Happening.FLOOR_TAKEN: "the person wants the floor",
        Happening.FLOOR_LEFT: "it was no interruption",
        Happening.STOP_SAID: "the person wants silence",
        Happening.PRESSED: "the button was pressed",
        Happening.CALLED: "the wake word was said",
        Happening.CALLED_AGAIN: "the wake word was said",
        Happening.RELEASED: "the button was released",
        Happening.TAPPED: "the button was tapped",
        Happening.COMMIT_WANTED: "somebody asked for it",
        Happening.STOP_WANTED: "somebody stopped it",
        Happening.ASKED: "a question came in writing",
        Happening.RING: "a timer rings",
        Happening.MUTED: "it was muted",
        Happening.MICROPHONE_LOST: "the microphone is gone",
        Happening.MOUTH_GONE: "the loudspeaker is gone",
        Happening.ANSWER_ARRIVED: "the answer is there",
        Happening.ANSWER_DONE: "the answer is complete",
        Happening.ANSWER_LOST: "nobody can answer",
        Happening.ANSWER_STARTED: "the answer begins",
        Happening.ANSWER_HEARD: "the answer is over",
        Happening.ANSWER_YIELDED: "the sentence is over",
        Happening.ANSWER_LATE: "nobody answered in time",
        Happening.ANSWER_STALLED: "the answer came to a standstill",
        Happening.UNDECIDED: "it was not decided in time",
        Happening.UNHEARD: "hearing was too late to decide it",
    },
    ("turn_committed", "cause"): {
        TurnEnd.SILENCE: "then it was silent",
        TurnEnd.END_OF_TURN: "it sounded complete",
        TurnEnd.BUTTON: "the button ended it",
        TurnEnd.MAX_TURN: "it was as long as a turn may be",
        TurnEnd.PROVIDER: "the provider took it to be complete",
        TurnEnd.DEVICE_LOST: "the microphone is gone",
        TurnEnd.WRITTEN: "it came in writing",
    },
    ("duplex", "reason"): {
        "echo_loud": "the echo is loud",
        "echo_too_loud": "the echo is too loud",
        "not_cancelled": "the echo is not cancelled",
        "false_interruptions": "it has interrupted itself again and again",
    },
    ("turn_discarded", "cause"): {
        "too_short": "too short",
        "muted": "it was muted",
        "stop": "it was stopped",
        "wake_word": "it was the wake word alone",
        "room_talk": "it was nobody in particular: the room talks",
    },
    ("interruption", "cause"): {
        Cause.LENGTH: "the person went on speaking",
        Cause.COMMAND: "the person said a word like stop",
        Cause.SENTENCE: "the person said a sentence",
        Cause.ENDED: "the sound was over at once",
        Cause.BACKCHANNEL: "the person only agreed",
        Cause.NO_WORDS: "there were no words in the sound",
        Cause.STOP: "the person wanted silence",
        Cause.UNHEEDED: "it was not meant for it",
        Cause.TIME_IS_UP: "it was not decided in time",
        Happening.CALLED: "the wake word was said",
        Happening.PRESSED: "the button was pressed",
        Happening.STOP_WANTED: "somebody stopped it",
    },
    ("answer_done", "complete"): {True: " to the end", False: " in part"},
    ("button", "down"): {True: "was pressed", False: "was released"},
    ("mute", "muted"): {True: "It is muted: nothing is read from the microphone", False: "It hears again"},
    ("money_limit", "period"): {Period.DAY: "day", Period.MONTH: "month"},
    ("transcript", "role"): {"user": "the person said", "assistant": "it said"},
    ("network", "reach"): {"machine": "this machine", "house": "the house", "internet": "the internet"},
    ("provider", "reason"): REASONS,
    ("failover", "reason"): REASONS,
}


class Values(dict[str, str]):
    """What stands in the braces of a sentence; a member that the event does not have is a question mark."""

    def __missing__(self, member: str) -> str:
        return "?"


def values_of(event: Mapping[str, object]) -> Values:
    """Every member of the event in words, and `in_turn`, which is empty outside of one."""
    kind = str(event.get("event"))
    shown = Values({name: _shown(kind, name, value) for name, value in event.items()})
    turn, times = event.get("turn"), event.get("times")
    shown["in_turn"] = "" if turn is None else f" in turn {turn}"
    shown["times"] = f" ({times} times)" if times else ""
    match event:
        case {"event": "usage", "cost": cost, "counts": counts}:
            shown["cost"] = _cost(cost, event.get("currency"))
            shown["counts"] = _counts(counts)
        case {"event": "provider", "cause": str(cause)}:
            shown["reason"] = REASONS.get(cause, cause)
        case {"event": "error"} if not event.get("provider"):
            shown["provider"] = "The appliance"
    return shown


def _shown(kind: str, name: str, value: object) -> str:
    words = _WORDS.get((kind, name))
    if words is not None and isinstance(value, str | bool):
        return words.get(value, str(value).replace("_", " "))
    if name.endswith("_ms") and isinstance(value, int | float):
        return f"{value / 1000:.2f} s"
    if isinstance(value, float):
        return amount(value)
    return str(value)


def _cost(cost: object, currency: object) -> str:
    return f"{amount(cost)} {currency}" if isinstance(cost, int | float) else "its price is not known"


def _counts(counts: object) -> str:
    if not isinstance(counts, Mapping) or not counts:
        return "nothing"
    return ", ".join(" ".join((str(count), *_unit_words(str(unit)))) for unit, count in counts.items())


def _unit_words(unit: str) -> Iterator[str]:
    return (word for word in reversed(counter_words(unit)) if word)
