"""What one moment did: the files of the run and the servers' records, side by side."""

from dataclasses import dataclass
from enum import Enum
from itertools import pairwise
from typing import Any

import numpy as np

from appliance.pcm.formats import NEAR_RATE_HZ, Pcm
from tests.bench.floor_answer import Reader, Stretch
from tests.bench.floor_likeness import at_24k
from tests.bench.moments_story import STORY, STORY_SAMPLES, TIMER, Account, Fate, StoryServer
from tests.bench.stage import OUT_RATE_HZ, Spoken

# The event log's onset and our first sample may be off by two of the detector's windows.
SEARCH_SAMPLES = 1024
# Two resamplers that get the same samples in other blocks differ by their rounding.
ROUNDING = 2
WORDS_OFF = 1.0
# The first samples of the next voice may by chance be those with which the last one would have gone on.
READING_WORDS = 0.01
FIRST, SECOND = 0, 1  # the voices


class Subject(Enum):
    """What a mistake is about."""

    WORDS = "what the second provider was told of the answer is not what was heard"
    SOUND = "something was heard twice, not at all or out of order"
    ASKED = "the question was asked twice, or not at all"
    LOST = "samples of the turn were lost"
    TOOL = "the tool did not run exactly once"


@dataclass(frozen=True)
class Moment:
    """What came of it. A time is None where there was nothing to measure.

    `delay_ms`: to the first sample of the next provider, from when the loss was known, the turn over, and
    what had come of the answer heard, whichever was last; `after_loss_ms`: from when the loss was known,
    whatever was still to be said or heard; `unnoticed_ms`: from the turn's end, or the last sample of the
    first provider, until the loss was known, 0 where that was before.
    """

    seed: int
    fate: Fate
    delay_ms: float | None
    after_loss_ms: float | None
    unnoticed_ms: float | None
    heard_words: float
    told_words: int
    lost_samples: int
    mistakes: list[tuple[Subject, str]]

    def __str__(self) -> str:
        fate = self.fate
        who = f"{fate.first} dies, {fate.second} goes on"
        where = f"{fate.moment} ({fate.at} no. {fate.nth}, {fate.after_ms:.0f} ms later {fate.manner.value})"
        delay = "-" if self.delay_ms is None else f"{self.delay_ms:.0f} ms"
        told = f"heard {self.heard_words:.2f} words, told {self.told_words}"
        return f"seed {self.seed}: {who}: {where}: {delay}, {told}" + "".join(
            f"\n  {m}" for _, m in self.mistakes
        )

    def wrong_in(self, *subjects: Subject) -> bool:
        """Whether there is a mistake about one of these."""
        return any(subject in subjects for subject, _ in self.mistakes)


class Look:
    """The files and the servers' records of one run, side by side."""

    def __init__(
        self,
        pcm: Pcm,
        spoken: Spoken,
        events: list[dict[str, Any]],
        out: Pcm,
        first: StoryServer,
        second: StoryServer,
    ) -> None:
        """`pcm` is nowhere 0, as no microphone's is."""
        self._pcm, self._spoken, self._events = pcm, spoken, events
        self._died, self._tale = first.death.has_come, first.tale
        self._first: Account = first.account()
        self._second: Account = second.account()
        self._reading = Reader(2, STORY_SAMPLES).read(out)
        self._mistakes: list[tuple[Subject, str]] = []

    def moment(self, seed: int, fate: Fate, timers: int) -> Moment:
        """All that can be said of it; `timers` are set in the end."""
        mine = [s for s in self._reading.stretches if s.answer == FIRST]
        rest = [s for s in self._reading.stretches if s.answer == SECOND]
        heard = self._tale.words_before(mine[-1].end_position) if mine else 0.0
        told = self._second.said.split()
        self._look_at_words(told, heard)
        self._look_at_sound(mine, rest)
        self._look_at_turns()
        self._look_at_tool(timers, int(fate.moment == "tool"))
        lost = self._lost_samples()
        self._expect(
            not lost, Subject.LOST, f"{lost} samples did not reach the second server as they were said"
        )
        down_ms, turn_ms = self._at("provider", name="first", link="down"), self._at("turn_committed")
        self._expect(not np.isnan(down_ms), Subject.ASKED, "nobody noticed that the first provider was lost")
        asked_ms = max(turn_ms, mine[-1].stop * 1000 / OUT_RATE_HZ if mine else 0.0)
        next_ms = rest[0].start * 1000 / OUT_RATE_HZ if rest else np.nan
        return Moment(
            seed,
            fate,
            _number(next_ms - max(asked_ms, down_ms)),
            _number(next_ms - down_ms),
            _number(np.maximum(down_ms - asked_ms, 0.0)),
            heard,
            len(told),
            lost,
            self._mistakes,
        )

    def _at(self, event: str, /, **fields: str) -> float:
        """When the first such event happened; not a number if it did not."""
        found = (e for e in self._events if e["event"] == event and fields.items() <= e.items())
        return float(next((e["t_ms"] for e in found), np.nan))

    def _expect(self, holds: bool, subject: Subject, otherwise: str) -> None:
        if not holds:
            self._mistakes.append((subject, otherwise))

    def _look_at_words(self, told: list[str], heard: float) -> None:
        self._expect(
            told == STORY[: len(told)], Subject.WORDS, f"the second was told words that nobody said: {told}"
        )
        close = abs(len(told) - heard) <= WORDS_OFF + READING_WORDS
        self._expect(close, Subject.WORDS, f"{heard:.2f} words were heard, the second was told {len(told)}")

    def _look_at_sound(self, mine: list[Stretch], rest: list[Stretch]) -> None:
        order = [s.answer for s in self._reading.stretches]
        self._expect(order == sorted(order), Subject.SOUND, f"the voices took turns: {order}")
        for stretches in (mine, rest):
            jumps = [b.position - a.end_position for a, b in pairwise(stretches)]
            self._expect(not any(jumps), Subject.SOUND, f"sound was repeated or left out: {jumps} samples")
        self._expect(
            not mine or mine[0].position == 0, Subject.SOUND, "the story did not begin at its beginning"
        )
        whole = bool(rest) and rest[-1].end_position == STORY_SAMPLES
        self._expect(whole, Subject.SOUND, "the story was not told to its end")
        foreign = self._reading.foreign_samples
        self._expect(not foreign, Subject.SOUND, f"{foreign} samples were nobody's")

    def _look_at_turns(self) -> None:
        one, two = self._first, self._second
        violations = [*one.violations, *two.violations]
        self._expect(not violations, Subject.ASKED, f"{violations}")
        self._expect(self._died, Subject.ASKED, "the first server did not meet its fate")
        asked = (
            len(one.turns),
            len(two.turns),
            len([t for t in self._events if t["event"] == "turn_committed"]),
        )
        self._expect(
            asked in ((0, 1, 1), (1, 1, 1)), Subject.ASKED, f"turns at the servers and in the log: {asked}"
        )
        done = [e["complete"] for e in self._events if e["event"] == "answer_done"]
        self._expect(done == [True], Subject.ASKED, f"answers, and whether they were complete: {done}")

    def _look_at_tool(self, timers: int, wanted: int) -> None:
        called = [e["ok"] for e in self._events if e["event"] == "tool_call" and e["name"] == TIMER]
        told = self._second.results
        self._expect(called == [True] * wanted, Subject.TOOL, f"set_timer ran, and well: {called}")
        self._expect(timers == wanted, Subject.TOOL, f"{timers} timers are set")
        self._expect(told == wanted, Subject.TOOL, f"the second was told the results of {told} calls")

    def _lost_samples(self) -> int:
        """How many samples of what was said from the turn's first to its last did not reach the second server
        as they were, where they were; a turn that leaves out speech has lost all of it."""
        turns, rate_hz = self._second.turns, self._second.rate_hz
        if len(turns) != 1:
            return len(self._pcm)
        got = turns[0]
        count = len(got) * NEAR_RATE_HZ // rate_hz
        opened = next(e for e in self._events if e["event"] == "turn_opened")
        about = round((opened["onset_ms"] - opened["prefix_ms"]) * NEAR_RATE_HZ / 1000)
        said = np.pad(self._pcm, (0, max(0, about + SEARCH_SAMPLES + count + 2 - len(self._pcm))))
        start = self._place(said, got[:: 2 * rate_hz // NEAR_RATE_HZ], about)
        ours = said[start : start + count]
        if rate_hz != NEAR_RATE_HZ:
            ours = at_24k(ours)
        size, rounding = min(len(ours), len(got)), ROUNDING if rate_hz != NEAR_RATE_HZ else 0
        off = np.abs(ours[:size].astype(np.int32) - got[:size])
        wrong = int(np.count_nonzero(off > rounding)) + abs(len(ours) - len(got))
        begins, ends = (ms * NEAR_RATE_HZ / 1000 for ms in (self._spoken.start_ms, self._spoken.end_ms))
        log = next(e for e in self._events if e["event"] == "turn_committed")
        audio_ms: int = log["audio_ms"]
        wrong += abs(round(audio_ms * rate_hz / 1000) - len(got))
        return wrong + max(0, start - round(begins)) + max(0, round(ends) - start - count)

    def _place(self, said: Pcm, shape: Pcm, about: int) -> int:
        """The sample of the microphone at which what the second server got begins; `shape` is of that what
        lies on every second sample of the microphone."""
        starts = range(max(0, about - SEARCH_SAMPLES), about + SEARCH_SAMPLES)
        heard, sound = said.astype(np.float64), shape.astype(np.float64)
        likeness = [sound @ heard[start : start + 2 * len(sound) : 2] for start in starts]
        return starts[int(np.argmax(likeness))]


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
