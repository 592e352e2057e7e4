"""What a system made of a case, and whether that was right. Pure: labels and events in, judgements out."""

from collections.abc import Sequence
from dataclasses import dataclass

from tests.listening.cases import Case, Label

# From the end of a turn to the first sample of its answer, of everybody: a provider that is fast, and the
# loudspeaker's own buffer.
PROVIDER_MS = 300.0
DEVICE_MS = 40.0
# A stop that comes later than this after somebody fell silent was not theirs.
LATE_MS = 2000.0


@dataclass(frozen=True)
class Turn:
    """Somebody's turn as the system saw it, in ms of the stream.

    `start_ms`: the first sample that reaches who answers; None where that is not the system's to say.
    `ends_ms`: when it was held to be over; more than once where it went on.
    """

    opened_ms: float
    start_ms: float | None
    ends_ms: tuple[float, ...]


@dataclass(frozen=True)
class Heard:
    """What a system made of one case.

    `stops_ms`: it was decided that the answer ends here. `silent_ms`: stretches in which it stood still,
    the last one after a stop. `played_ms`: how much of answers sounded. `spoke_ms`: when answers to the
    near end became audible. `words` reached who answers; `clean_words` is what the same recognizer reads
    in the clean recording.
    """

    turns: tuple[Turn, ...] = ()
    stops_ms: tuple[float, ...] = ()
    silent_ms: tuple[tuple[float, float], ...] = ()
    played_ms: float = 0.0
    spoke_ms: tuple[float, ...] = ()
    wakes_ms: tuple[float, ...] = ()
    words: str | None = None
    clean_words: str | None = None


@dataclass(frozen=True)
class Sentence:
    """One sentence. `onset_lost_ms` None: not the system's to lose; `delay_ms` None: never ended."""

    heard: bool
    onset_lost_ms: float | None
    cut_off: bool  # held to be over while it was not
    cut_off_aloud: bool  # and answered into it
    delay_ms: float | None
    answered_ms: float | None  # from its end to the first sound of the answer
    word_errors: int | None
    words: int


def sentence(label: Label, heard: Heard) -> Sentence:
    """The turn of `label`: from its first turn on that was not over before it began."""
    mine = [turn for turn in heard.turns if _touches(turn, label)]
    ends = sorted(end for turn in mine for end in turn.ends_ms if end >= label.start_ms)
    early = [end for end in ends if end < label.end_ms]
    last = [end for end in ends if end >= label.end_ms]
    starts = [turn.start_ms for turn in mine if turn.start_ms is not None]
    answered = [at for at in heard.spoke_ms if at >= label.end_ms]
    errors, words = _word_errors(heard)
    return Sentence(
        heard=bool(mine),
        onset_lost_ms=max(0.0, min(starts) - label.start_ms) if starts else None,
        cut_off=bool(early),
        cut_off_aloud=any(label.start_ms <= at < label.end_ms for at in heard.spoke_ms),
        # Where it went on after the end (a room that rings), the last time counts.
        delay_ms=last[-1] - label.end_ms if last else None,
        answered_ms=answered[-1] - label.end_ms if answered else None,
        word_errors=errors,
        words=words,
    )


def answers_heard(turns: Sequence[Turn]) -> tuple[float, ...]:
    """When answers become audible of who does not say so: after each end, unless speech came first."""
    opened = [turn.opened_ms for turn in turns]
    answers = [(end, end + PROVIDER_MS + DEVICE_MS) for turn in turns for end in turn.ends_ms]
    return tuple(at for end, at in answers if not any(end < start <= at for start in opened))


def _touches(turn: Turn, label: Label) -> bool:
    begins = turn.opened_ms if turn.start_ms is None else turn.start_ms
    return begins < label.end_ms and all(end >= label.start_ms for end in turn.ends_ms[-1:])


def false_turns(case: Case, heard: Heard) -> int:
    """Turns that were ended (asked) and that no label touches."""
    return sum(
        bool(turn.ends_ms) and not any(_touches(turn, label) for label in case.labels) for turn in heard.turns
    )


@dataclass(frozen=True)
class Interruption:
    """What one sound over an answer did to it; in ms after its beginning."""

    stopped: bool
    decision_ms: float | None
    silent_ms: float | None
    hushed: bool  # it stood still at all
    onset_lost_ms: float | None = None  # of what the next turn has of it


def interruption(label: Label, heard: Heard) -> Interruption:
    """The first stop from the beginning of `label` on, if the answer was still playing then."""
    until = label.end_ms + LATE_MS
    mine = [at for at in heard.stops_ms if label.start_ms <= at <= until]
    still = [stretch for stretch in heard.silent_ms if label.start_ms <= stretch[0] <= until]
    stopped = bool(mine) and not stopped_before(label, heard)
    if not stopped:
        return Interruption(False, None, None, bool(still))
    # The stretch that leads to the stop, or begins after it; where it stood still already, at once.
    silent = next((start for start, end in heard.silent_ms if end >= mine[0] and start <= until), None)
    silent_ms = None if silent is None else max(0.0, silent - label.start_ms)
    starts = [t.start_ms for t in heard.turns if t.start_ms is not None and _touches(t, label)]
    lost_ms = max(0.0, min(starts) - label.start_ms) if starts else None
    return Interruption(True, mine[0] - label.start_ms, silent_ms, bool(still), lost_ms)


def stopped_before(label: Label, heard: Heard) -> bool:
    """The answer was over before anybody spoke."""
    return any(at < label.start_ms for at in heard.stops_ms)


def false_stops(case: Case, heard: Heard) -> int:
    """Stops for which nobody made a sound: by its own voice."""
    return sum(
        not any(label.start_ms <= at <= label.end_ms + LATE_MS for label in case.labels)
        for at in heard.stops_ms
    )


def wake_hit(label: Label, heard: Heard) -> bool:
    """The wake word was heard, at the latest a second after it."""
    return any(label.start_ms <= at <= label.end_ms + 1000 for at in heard.wakes_ms)


def false_wakes(case: Case, heard: Heard) -> int:
    """Wake words that nobody said."""
    wakes = [label for label in case.labels if label.kind == "wake"]
    return sum(
        not any(label.start_ms <= at <= label.end_ms + 1000 for label in wakes) for at in heard.wakes_ms
    )


def _word_errors(heard: Heard) -> tuple[int | None, int]:
    if heard.words is None or heard.clean_words is None:
        return None, 0
    said, read = plain(heard.clean_words), plain(heard.words)
    return distance(said, read), len(said)


def plain(text: str) -> list[str]:
    """Words alone, as two recognitions are compared."""
    return "".join(c if c.isalnum() or c in "' " else " " for c in text.lower()).split()


def distance(said: list[str], read: list[str]) -> int:
    """How many words were replaced, left out or put in (Levenshtein)."""
    row = list(range(len(read) + 1))
    for i, mine in enumerate(said, start=1):
        before, row[0] = row[0], i
        for j, theirs in enumerate(read, start=1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (mine != theirs))
    return row[-1]
