"""What one moment did: the files of the run and the servers' records, side by side."""

from dataclasses import dataclass
from enum import Enum
from itertools import pairwise
from typing import Any

import numpy as np

from appliance.pcm.formats import NEAR_RATE_HZ, Pcm
from tests.bench.floor_answer import Reader, Stretch
from tests.bench.floor_likeness import at_24k
from tests.bench.moments_server import STORY, TIMER, WORD_SAMPLES, Fate, StoryServer
from tests.bench.stage import OUT_RATE_HZ, Spoken

# The event log's onset and our first sample may be off by two of the detector's windows.
SEARCH_SAMPLES = 1024
# Two resamplers that get the same samples in other blocks differ by their rounding.
ROUNDING = 2
WORDS_OFF = 1.0
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
        where = f"{fate.moment} ({fate.at} no. {fate.nth}, {fate.after_ms:.0f} ms later {fate.manner.value})"
        delay = "-" if self.delay_ms is None else f"{self.delay_ms:.0f} ms"
        told = f"heard {self.heard_words:.2f} words, told {self.told_words}"
        return f"seed {self.seed}: {where}: {delay}, {told}" + "".join(f"\n  {m}" for _, m in self.mistakes)

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
        self._pcm, self._spoken, self._events = pcm, spoken, events
        self._first, self._second = first, second
        self._reading = Reader(2, len(STORY) * WORD_SAMPLES).read(out)
        self._mistakes: list[tuple[Subject, str]] = []

    def moment(self, seed: int, fate: Fate, timers: int) -> Moment:
        """All that can be said of it; `timers` are set in the end."""
        mine = [s for s in self._reading.stretches if s.answer == FIRST]
        rest = [s for s in self._reading.stretches if s.answer == SECOND]
        heard = mine[-1].end_position / WORD_SAMPLES if mine else 0.0
        said = [text for role, text in self._second.record.history if role == "assistant"]
        told = " ".join(said).split()
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
        close = abs(len(told) - heard) <= WORDS_OFF
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
        whole = bool(rest) and rest[-1].end_position == len(STORY) * WORD_SAMPLES
        self._expect(whole, Subject.SOUND, "the story was not told to its end")
        foreign = self._reading.foreign_samples
        self._expect(not foreign, Subject.SOUND, f"{foreign} samples were nobody's")

    def _look_at_turns(self) -> None:
        one, two = self._first.record, self._second.record
        self._expect(
            one.violations == two.violations == [], Subject.ASKED, f"{one.violations + two.violations}"
        )
        self._expect(self._first.dead, Subject.ASKED, "the first server did not meet its fate")
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
        called = [e["ok"] for e in self._events if e["event"] == "tool_call" and e["name"] == TIMER.name]
        told = {call for call, _ in self._second.record.results}
        self._expect(called == [True] * wanted, Subject.TOOL, f"set_timer ran, and well: {called}")
        self._expect(timers == wanted, Subject.TOOL, f"{timers} timers are set")
        self._expect(len(told) == wanted, Subject.TOOL, f"the second was told the results of {sorted(told)}")

    def _lost_samples(self) -> int:
        """How many samples of what was said from the turn's first to its last did not reach the second server
        as they were, where they were; a turn that leaves out speech has lost all of it."""
        turns = self._second.record.turns
        if len(turns) != 1:
            return len(self._pcm)
        got = turns[0].pcm24k
        count = len(got) * NEAR_RATE_HZ // OUT_RATE_HZ
        opened = next(e for e in self._events if e["event"] == "turn_opened")
        about = round((opened["onset_ms"] - opened["prefix_ms"]) * NEAR_RATE_HZ / 1000)
        said = np.pad(self._pcm, (0, max(0, about + SEARCH_SAMPLES + count + 2 - len(self._pcm))))
        start = self._place(said, got, about)
        ours = at_24k(said[start : start + count]).astype(np.int32)
        size = min(len(ours), len(got))
        wrong = int(np.count_nonzero(np.abs(ours[:size] - got[:size]) > ROUNDING)) + abs(len(ours) - len(got))
        begins, ends = (ms * NEAR_RATE_HZ / 1000 for ms in (self._spoken.start_ms, self._spoken.end_ms))
        log = next(e for e in self._events if e["event"] == "turn_committed")
        audio_ms: int = log["audio_ms"]
        wrong += abs(round(audio_ms * OUT_RATE_HZ / 1000) - len(got))
        return wrong + max(0, start - round(begins)) + max(0, round(ends) - start - count)

    def _place(self, said: Pcm, got: Pcm, about: int) -> int:
        """The sample of the microphone at which what the second server got begins."""
        shape = got[::3].astype(np.float64)  # every third sample lies on every second one of the microphone
        starts = range(max(0, about - SEARCH_SAMPLES), about + SEARCH_SAMPLES)
        heard = said.astype(np.float64)
        likeness = [shape @ heard[start : start + 2 * len(shape) : 2] for start in starts]
        return starts[int(np.argmax(likeness))]


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
