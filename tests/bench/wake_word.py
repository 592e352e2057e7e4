"""Wake words: said, followed by words, and heard by mistake: `python -m tests.bench.wake_word [HOURS]`.

Voices are espeak-ng's, and Piper's joe where the extra `piper` is installed. Real voices are not in it.
"""

import sys
import time
from dataclasses import dataclass, field

import numpy as np

from appliance.hearing.wake_word.wake_word import WakeWordDetector
from appliance.hearing.wake_word.wake_word_models import BUNDLED, load_wake_word
from appliance.pcm.formats import NEAR_RATE_HZ, Pcm, ms_of_samples, samples_of_ms
from tests.bench.false_turns import ROOMS_DBFS, piece
from tests.bench.false_turns_noise import pink
from tests.bench.table import Row, percentiles, spread
from tests.bench.wake_word_ear import Caller, Heard
from tests.bench.wake_word_voices import QUESTION, SHORT, Said, said_by_all, talk

HOURS = 1.0
FALSE_AN_HOUR = 1.0
PHRASES = {
    "okay_nabu": "okay nah boo",
    "hey_jarvis": "hey jarvis",
    "hey_mycroft": "hey mycroft",
    "alexa": "alexa",
}
LEVELS_DBFS = (-40.0, -22.0)  # of the voice: from the other end of a room, and from the table
ROOM_DBFS = -62.0
COST_S = 20.0


@dataclass
class Word:
    """What became of one wake word in every voice, followed by silence, a question or one short word."""

    said: int = 0
    heard: int = 0
    by_the_model: int = 0  # given nothing but the recording
    alone_taken_for_words: int = 0
    alone: int = 0
    followed: int = 0
    followed_lost: int = 0
    noticed_ms: list[float] = field(default_factory=list)  # after its end; below 0: before it
    lost_ms: list[float] = field(default_factory=list)  # of what follows
    kept_ms: list[float] = field(default_factory=list)  # of the word
    missed: list[str] = field(default_factory=list)


def in_a_room(near: Pcm, level_dbfs: float, seed: int) -> tuple[Pcm, int]:
    """`near` at this level after two seconds of a room, and three after it; and where it begins."""
    before, after = 2 * NEAR_RATE_HZ, 3 * NEAR_RATE_HZ
    chance = np.random.default_rng((7, seed))
    room = pink(before + len(near) + after, chance) * 32768 * 10 ** (ROOM_DBFS / 20)
    rms = float(np.sqrt(np.mean(near.astype(np.float64) ** 2)))
    room[before : before + len(near)] += near * (32768 * 10 ** (level_dbfs / 20) / rms)
    return np.clip(np.rint(room), -32768, 32767).astype(np.int16), before


def measure(name: str) -> Word:
    """Say `name` in every voice, near and far, alone and with words right after it."""
    model = load_wake_word(name, 0.5)
    word, caller = Word(), Caller(model)
    for number, called in enumerate(said_by_all(PHRASES[name])):
        for follows in (None, QUESTION, SHORT):
            for level_dbfs in LEVELS_DBFS:
                near = _say(word, caller, called, follows, level_dbfs, number)
                word.by_the_model += _hears(model, near)
    return word


def _hears(model: WakeWordDetector, near: Pcm) -> bool:
    """Whether the word is noticed in nothing but `near`, as the first of a stream."""
    model.reset()
    return any(model.hear(near[at : at + 512]) is not None for at in range(0, len(near) - 511, 512))


def _say(word: Word, caller: Caller, called: Said, follows: str | None, level_dbfs: float, seed: int) -> Pcm:
    after = np.zeros(0, np.int16) if follows is None else called.by_the_same(follows).pcm
    near, start = in_a_room(np.concatenate((called.pcm, after)), level_dbfs, seed)
    end = start + len(called.pcm)
    heard: Heard = caller.hear(near)
    word.said += 1
    if heard.word is None or not start < heard.word.at <= end + NEAR_RATE_HZ:
        word.missed.append(f"{called.voice} {level_dbfs:g} dBFS, then {follows or 'silence'}")
        return near
    word.heard += 1
    word.noticed_ms.append(ms_of_samples(heard.noticed - end, NEAR_RATE_HZ))
    word.lost_ms.append(ms_of_samples(max(heard.word.end - end, 0), NEAR_RATE_HZ))
    word.kept_ms.append(ms_of_samples(max(end - heard.word.end, 0), NEAR_RATE_HZ))
    if follows is None:
        word.alone += 1
        word.alone_taken_for_words += heard.real
    else:
        word.followed += 1
        word.followed_lost += not heard.real
    return near


def false_accepts(names: tuple[str, ...], hours: float) -> dict[str, tuple[int, float]]:
    """Of each word, how often it is heard in noise, music and talk in which nobody says it, and the hours."""
    words = {name: load_wake_word(name, 0.5) for name in names}
    counts = dict.fromkeys(names, 0)
    heard_s = 0.0
    number = 0
    while heard_s < hours * 3600:
        pcm = talk(number) if number % 2 else piece(number, ROOMS_DBFS[0])[1]
        number += 1
        heard_s += ms_of_samples(len(pcm), NEAR_RATE_HZ) / 1000
        for name, word in words.items():
            counts[name] += sum(
                word.hear(pcm[at : at + 512]) is not None for at in range(0, len(pcm) - 511, 512)
            )
    return {name: (count, heard_s / 3600) for name, count in counts.items()}


def cost(name: str, pause_s: float) -> dict[str, float]:
    """Microseconds of a window of 32 ms of talk, with so long a pause before each: what was in the caches is
    not there any more after the pause of a microphone."""
    word, pcm = load_wake_word(name, 0.5), talk(0)
    spent: list[float] = []
    for at in range(0, samples_of_ms(COST_S * 1000, NEAR_RATE_HZ), 512):
        began = time.thread_time()
        word.hear(pcm[at : at + 512])
        spent.append((time.thread_time() - began) * 1e6)
        time.sleep(pause_s)
    return percentiles(spent) | {"core_percent": round(sum(spent) / 1e4 / COST_S, 2)}


def rows(hours: float = HOURS) -> list[Row]:
    """What was promised of wake words, and what was measured."""
    found = [row for name in BUNDLED for row in _rows_of(name, measure(name))]
    for name, (count, heard_h) in false_accepts(BUNDLED, hours).items():
        an_hour = count / heard_h
        values = {"hours": round(heard_h, 2), "false": float(count)}
        told = f"{count} in {heard_h:.2f} h"
        found.append(Row(f"{name}, by mistake", told, "≤ 1 an hour", an_hour <= FALSE_AN_HOUR, values))
    for way, pause_s, most in (("one after the other", 0.0, 1.0), ("as a microphone has them", 0.03, None)):
        spent = cost("okay_nabu", pause_s)
        told = f"{spread(spent, 'µs')}; {spent['core_percent']:g} % of a core"
        met, promised = (None, "-") if most is None else (spent["core_percent"] <= most, f"≤ {most:g} %")
        found.append(Row(f"windows of talk, {way}", told, promised, met, spent))
    return found


def _rows_of(name: str, word: Word) -> list[Row]:
    lost = percentiles(word.lost_ms)
    told = f"{word.heard} of {word.said}; {word.by_the_model} by the model given the recording alone"
    yield_ms = spread(percentiles(word.noticed_ms), "ms")
    right_after = f"{word.followed - word.followed_lost} of {word.followed} a turn"
    kept = percentiles(word.kept_ms)
    return [
        Row(f"{name}, said", told, "-", None, {"said": word.said, "heard": word.heard}),
        Row(f"{name}, noticed after its end", yield_ms, "-", None, percentiles(word.noticed_ms)),
        Row(
            f"{name}, lost of the words right after it", spread(lost, "ms"), "0 ms", not lost.get("max"), lost
        ),
        Row(f"{name}, of it in the turn", spread(kept, "ms"), "-", None, kept),
        Row(f"{name}, words right after it", right_after, "-", None, {"lost": word.followed_lost}),
        Row(
            f"{name}, alone",
            f"{word.alone_taken_for_words} of {word.alone} taken for words",
            "0",
            not word.alone_taken_for_words,
            {"alone": word.alone, "taken": word.alone_taken_for_words},
        ),
    ]


def main() -> None:
    """Print the rows."""
    hours = float(sys.argv[1]) if len(sys.argv) > 1 else HOURS
    for row in rows(hours):
        verdict = {True: "met", False: "MISSED", None: ""}[row.met]
        print(f"{row.name}: {row.measured} ({row.promised}) {verdict}", flush=True)


if __name__ == "__main__":
    main()
