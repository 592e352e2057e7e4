"""Whether a conversation by chance came to rest with every word of it told, once and in order."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from appliance.conversation.machine import State
from appliance.conversation.vocabulary import AppendAudio
from appliance.pcm.formats import NEAR_RATE_HZ, Pcm, ms_of_samples
from tests.service.event_schema import problems
from tests.service.live_chance import Scene
from tests.service.live_wiring import OPEN_MS
from tests.service.stage import Played, silence

# What lasts less than this need not be a turn, nor take the floor: 500 ms, and a window at either end.
SHORT_MS: Final = 564.0
# An instant is known to the detector's windows and the event loop's way.
NEARLY_MS: Final = 70.0
PREFIX_MS: Final = 300.0
# The microphone is open again, and the earcon that says so, with the room that rings after it, is over.
DEAF_MS: Final = OPEN_MS + 600.0


def told(played: Played) -> list[Pcm]:
    """All sound that the provider was told."""
    return [command.pcm for command in played.provider.told if isinstance(command, AppendAudio)]


def wrong_in(scene: Scene, played: Played) -> list[str]:
    """What is wrong, in sentences."""
    found = problems(played.events)
    if played.state is not State.IDLE:
        found.append(f"it does not come to rest: {played.state}")
    return [*found, *_wrongly_told(scene, played)]


@dataclass(frozen=True)
class Stretch:
    """Milliseconds of the stream."""

    begin_ms: float
    end_ms: float

    def without(self, other: "Stretch") -> list["Stretch"]:
        """What is left of it."""
        before = Stretch(self.begin_ms, min(self.end_ms, other.begin_ms))
        after = Stretch(max(self.begin_ms, other.end_ms), self.end_ms)
        return [part for part in (before, after) if part.begin_ms < part.end_ms]


def _wrongly_told(scene: Scene, played: Played) -> Iterator[str]:
    """Every sample is told once and in its order, unless it was stopped, unheard or too short."""
    all_told = _fours(np.concatenate([silence(1), *told(played)]))
    order = np.argsort(all_told, kind="stable")
    untold, edges = _untold(scene, played), _edges(scene, played)
    latest = -1
    for words in scene.said:
        fours = _fours(words.pcm)
        first = np.searchsorted(all_told, fours, "left", sorter=order)
        times = np.searchsorted(all_told, fours, "right", sorter=order) - first
        where = order[first[times > 0]]
        if not scene.breaks_off:  # who takes over is told it all again
            if times.max() > 1:
                yield f"what is said at {words.at_ms} ms is told {times.max()} times"
            elif np.any(np.diff(where, prepend=latest) <= 0):
                yield f"what is said at {words.at_ms} ms is told out of order"
        latest = max([latest, *where.tolist()])
        for lost in _runs(times == 0, words.at_ms):
            for part in _unexcused(lost, untold, edges):
                yield f"{part.begin_ms:.1f} to {part.end_ms:.1f} ms is not told"


def _fours(pcm: Pcm) -> npt.NDArray[np.int64]:
    """Each sample with the three after it, which is more than chance repeats."""
    windows = np.lib.stride_tricks.sliding_window_view(pcm, 4)
    return np.ascontiguousarray(windows).view(np.int64)[:, 0]


def _runs(missing: npt.NDArray[np.bool_], from_ms: float) -> Iterator[Stretch]:
    changes = np.flatnonzero(np.diff(missing.astype(np.int8), prepend=0, append=0))
    for begin, end in zip(changes[::2], changes[1::2], strict=True):
        yield Stretch(
            from_ms + ms_of_samples(int(begin), NEAR_RATE_HZ), from_ms + ms_of_samples(int(end), NEAR_RATE_HZ)
        )


def _unexcused(lost: Stretch, untold: Sequence[Stretch], edges: Sequence[float]) -> list[Stretch]:
    """What of it should have been told: what is short is excused only between two edges, of which the
    second may have been told as the prefix of what follows."""
    parts = [lost]
    for stretch in untold:
        parts = [left for part in parts for left in part.without(stretch)]
    return [
        part
        for part in parts
        if part.end_ms - part.begin_ms > SHORT_MS
        or not any(abs(part.begin_ms - edge_ms) <= NEARLY_MS for edge_ms in edges)
        or not any(-NEARLY_MS <= edge_ms - part.end_ms <= PREFIX_MS + NEARLY_MS for edge_ms in edges)
    ]


def _untold(scene: Scene, played: Played) -> list[Stretch]:
    """When nobody could be heard, and what was taken back: all since the last question."""
    asked = _asked(played)

    def since_the_last_question(t_ms: float) -> float:
        ends = [question.end_ms for question in asked if question.asked_ms < t_ms]
        return max(ends, default=0.0) - NEARLY_MS

    deaf = [
        *_between(played.of("mute"), lambda event: event["muted"]),
        *_between(played.of("device"), lambda event: event["state"] == "lost"),
    ]
    stops = [deed.at_ms for deed in scene.deeds if deed.kind == "stop"]
    stops += [event["t_ms"] for event in played.of("mute") if event["muted"]]
    stops += [
        deed.at_ms
        for deed in scene.deeds
        if deed.kind in ("press", "tap") and any(d.begin_ms <= deed.at_ms <= d.end_ms for d in deaf)
    ]
    return [*deaf, *(Stretch(since_the_last_question(stop_ms), stop_ms + NEARLY_MS) for stop_ms in stops)]


def _between(events: Sequence[dict[str, Any]], is_off: Callable[[dict[str, Any]], bool]) -> list[Stretch]:
    """From each that switches off to the one after it, and until it is heard again."""
    return [
        Stretch(off["t_ms"] - NEARLY_MS, on["t_ms"] + DEAF_MS) for off, on in pairwise(events) if is_off(off)
    ]


def _edges(scene: Scene, played: Played) -> list[float]:
    """Where words may be cut: where they begin and end, where hands move, and at the longest turn."""
    return [
        *(ms for words in scene.said for ms in (words.at_ms, words.at_ms + words.lasts_ms)),
        *(ms for deed in scene.deeds for ms in (deed.at_ms, deed.at_ms + deed.lasts_ms)),
        *(ms for stretch in _untold(scene, played) for ms in (stretch.begin_ms, stretch.end_ms)),
        *(
            ms
            for question in _asked(played)
            if question.cause == "max_turn"
            for ms in (question.asked_ms, question.end_ms)
        ),
    ]


@dataclass(frozen=True)
class Question:
    """Why it was over, when it was asked, and up to where it was told if no sample was missing."""

    cause: str
    asked_ms: float
    end_ms: float


def _asked(played: Played) -> list[Question]:
    """All that was asked aloud."""
    begins = {event["turn"]: event["onset_ms"] - event["prefix_ms"] for event in played.of("turn_opened")}
    return [
        Question(event["cause"], event["t_ms"], begins[event["turn"]] + event["audio_ms"])
        for event in played.of("turn_committed")
        if event["cause"] != "written"
    ]
