"""Who gets the floor: gathers the evidence of the run of speech that is heard over an answer."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, Protocol

from appliance.conversation import vocabulary as v
from appliance.conversation.interruption import Cause, Evidence, clearer
from appliance.pcm.formats import NEAR_RATE_HZ, Pcm, samples_of_ms
from appliance.pcm.gain import TurnGain
from appliance.service.turns import NearHistory

# Read with the words: the first consonant may be before the onset. More of the room makes the
# recognizer invent a word.
READ_PREFIX_MS: Final = 100
# What was read up to so shortly ago held all the words there are: speech that is followed by a pause.
READ_AGAIN_MS: Final = 64
# What is read at most; longer speech is decided by its length.
READ_MAX_MS: Final = 3000


class Reader(Protocol):
    """Whoever can tell what was said, soon."""

    def read(self, pcm: Pcm, on_words: Callable[[str | None], None]) -> None:
        """Read `pcm` (16 kHz); `on_words` is called once on the event loop, with None if it failed."""


class Judge(Protocol):
    """Who weighs the evidence (`Strategy`, `Attention`)."""

    @property
    def judge(self) -> Callable[[Evidence], Cause | None]: ...
    @property
    def judge_at_deadline(self) -> Callable[[Evidence], Cause]: ...


_NOTHING: Final = Evidence()


@dataclass(frozen=True, slots=True)
class Weighed:
    """What became known of a run of speech and what it means; instants are stream time."""

    onset: int | None = None  # None: of no run
    evidence: Evidence = _NOTHING
    cause: Cause | None = None
    ducked_ms: int | None = None
    hushed_ms: int | None = None
    due: bool = False  # only hearing is still waited for, and the rest of what began without a word


class Floor:
    """Evidence of one run at a time. `post` takes `WordsRead` and `FloorDecided`."""

    def __init__(
        self,
        judge: Judge,
        near: NearHistory,
        reader: Reader | None,
        post: Callable[[v.FloorEvent], None],
        gain: TurnGain | None = None,
    ) -> None:
        """`gain`: what the reader is given is lifted as turns are; None: as auto does."""
        self._gain = gain or TurnGain()
        self._judge = judge
        self._near = near
        self._reader = reader
        self._post = post
        self._run = Weighed()
        self._read_up_to = 0
        self._wanted_up_to = 0

    def begin(self, onset: int) -> None:
        """A run begins at 16 kHz sample `onset`, of which nothing is known yet."""
        self._run = Weighed(onset)
        self._read_up_to = self._wanted_up_to = onset

    def hear(self, event: v.SpeechEvent) -> None:
        """Take what hearing says for evidence. A second run goes on with what is known of the first."""
        evidence = self._run.evidence
        match event:
            case v.SpeechPossible() | v.SpeechResumed():
                self._know(replace(evidence, paused=False, ended=False))
            case v.SpeechPaused():
                self._know(replace(evidence, paused=True))
            case v.SpeechConfirmed():
                self._know(replace(evidence, long=True))
            case v.SpeechEnded():
                self._know(replace(evidence, ended=True, paused=True))

    def words_read(self, event: v.WordsRead) -> None:
        """The reader is done; what belongs to an earlier run says nothing about this one, and where more was
        said while a slow one read, that is read as well."""
        if event.run != self._run.onset:
            return
        evidence = self._run.evidence
        # That there were no words in the beginning says nothing of what could not be read.
        earlier = None if evidence.wordless else evidence.words
        words = earlier if event.text is None else clearer(earlier, event.text)
        self._know(replace(evidence, reading=False, words=words))
        more = event.text is not None and self._is_more_than_was_read(self._wanted_up_to)
        if self._reader is not None and more:
            self._ask(self._reader, event.run, self._wanted_up_to)

    def ducked(self, now_ms: float) -> None:
        """The answer gets quieter for the run."""
        self._run = replace(self._run, ducked_ms=round(now_ms), hushed_ms=None)

    def hushed(self, now_ms: float) -> None:
        """The answer stands still for the run."""
        self._run = replace(self._run, hushed_ms=round(now_ms))

    def read(self, up_to: int) -> None:
        """Have the words of the run read, once what is being read is done, unless that was just done."""
        onset = self._run.onset
        if self._reader is None or onset is None:
            return
        self._wanted_up_to = up_to
        if self._run.evidence.reading:
            return
        if self._is_more_than_was_read(up_to):
            self._ask(self._reader, onset, up_to)
        else:
            self.weigh()

    def _is_more_than_was_read(self, up_to: int) -> bool:
        return up_to - self._read_up_to > samples_of_ms(READ_AGAIN_MS, NEAR_RATE_HZ)

    def _ask(self, reader: Reader, onset: int, up_to: int) -> None:
        start = max(
            onset - samples_of_ms(READ_PREFIX_MS, NEAR_RATE_HZ),
            up_to - samples_of_ms(READ_MAX_MS, NEAR_RATE_HZ),
            0,
        )
        _, pcm = self._near.read(start, up_to - start)
        self._read_up_to = up_to
        self._know(replace(self._run.evidence, reading=True))
        reader.read(self._gain.lift(pcm), lambda text: self._post(v.WordsRead(onset, text)))

    def weigh(self) -> None:
        """Decide if the evidence is clear; where it is due, as soon as hearing has had its say, and the
        reader of what began without a word: a long cough has none, nor has now and then half a sentence."""
        evidence = self._run.evidence
        if self._run.due and (evidence.long or evidence.ended) and not evidence.wordless_so_far:
            self.decide_now()
        else:
            self._decide(self._judge.judge(evidence))

    def decide_when_heard(self) -> None:
        """There is no more time, but for hearing: at `confirm_ms` a run is long or it is over (a second one,
        that began while the first was read, soon will be), and until hearing says which, nothing of it is
        known."""
        self._run = replace(self._run, due=True)
        self.weigh()

    def decide_now(self) -> None:
        """Decide, there is no more time."""
        self._decide(self._judge.judge_at_deadline(self._run.evidence))

    def settle(self) -> Weighed:
        """It is decided and written down: what was known, which from here on is about nothing."""
        run, self._run = self._run, Weighed()
        return run

    def _know(self, evidence: Evidence) -> None:
        self._run = replace(self._run, evidence=evidence)

    def _decide(self, cause: Cause | None) -> None:
        if cause is not None:
            self._run = replace(self._run, cause=cause)
            self._post(v.FloorDecided(taken=cause.takes_floor, over=cause.ends_all))
