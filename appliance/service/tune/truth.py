"""When somebody really spoke to the appliance in a recording, as far as that can be known."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from appliance.hearing.turns.turn_detector import TurnOptions
from appliance.pcm.formats import NEAR_RATE_HZ, ms_of_samples, samples_of_ms
from appliance.service.tune.trial import Heard, Stretch, try_options

# What the strict one hears too is speech. What only the lax one hears may be a soft word or a noise: it is
# counted neither way. Where speech begins and ends, the one between them says.
STRICT: Final = TurnOptions(speech_threshold=0.7, silence_threshold=0.5, end_silence_ms=200)
USUAL: Final = TurnOptions(end_silence_ms=200)
LAX: Final = TurnOptions(speech_threshold=0.3, silence_threshold=0.2, end_silence_ms=200)
# A shorter sound is a click that had luck.
_WORDS_OF_A_SENTENCE: Final = 2  # one word is what recognizers make of noise
_LEAST_SPEECH: Final = samples_of_ms(120, NEAR_RATE_HZ)


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a recording of which it is known what was asked for: one sentence, or that nobody speaks."""

    where: Stretch
    spoken: bool
    text: str = ""


@dataclass(frozen=True, slots=True)
class Utterance:
    """What somebody wanted to say in one turn: its pieces, with pauses of 200 ms or more between them."""

    pieces: tuple[Stretch, ...]

    @property
    def whole(self) -> Stretch:
        """From its first to its last sample."""
        return Stretch(self.pieces[0].start, self.pieces[-1].end)

    @property
    def pauses_ms(self) -> tuple[float, ...]:
        """How long the pauses in it are."""
        return tuple(
            ms_of_samples(after.start - before.end, NEAR_RATE_HZ) for before, after in pairwise(self.pieces)
        )


@dataclass(frozen=True, slots=True)
class Truth:
    """What was said, and where it is not known whether anything was.

    `told`: a script says which sentence is one; otherwise a silence of `apart_ms` parts them.
    """

    utterances: tuple[Utterance, ...]
    doubtful: tuple[Stretch, ...]
    samples: int
    told: bool
    wordless: int = 0  # of the doubtful: what sounded like speech, and in which no words were read
    unheard: int = 0  # sentences of the script of which nothing was heard


def guess(heard: Heard, apart_ms: float) -> Truth:
    """Of a recording without a script: speech that is less than `apart_ms` apart is one utterance.

    Where somebody reads the words: what has none may have been a cough, and counts neither way; what may
    have been a soft word, was one where there are several.
    """
    certain, doubtful = _speech(heard)
    apart = samples_of_ms(apart_ms, NEAR_RATE_HZ)
    if heard.words is None:
        return Truth(tuple(_grouped(certain, apart)), tuple(doubtful), heard.samples, told=False)
    soft = [run for run in doubtful if heard.words(run) >= _WORDS_OF_A_SENTENCE]
    utterances = list(_grouped(_united([*certain, *soft]), apart))
    wordless = [utterance for utterance in utterances if not heard.words(utterance.whole)]
    return Truth(
        tuple(utterance for utterance in utterances if utterance not in wordless),
        (*(run for run in doubtful if run not in soft), *(utterance.whole for utterance in wordless)),
        heard.samples,
        told=False,
        wordless=len(wordless),
    )


def by_script(heard: Heard, segments: Sequence[Segment]) -> Truth:
    """Of a recording with a script: all that was said in a spoken segment is one utterance, and all that is
    heard where nobody speaks is noise. What is in no segment, is not known."""
    certain, doubtful = _speech(heard)
    utterances, unheard = [], 0
    for segment in segments:
        if not segment.spoken:
            continue
        pieces = tuple(piece for piece in certain if _mostly_in(piece, segment.where))
        if pieces:
            utterances.append(Utterance(pieces))
        else:
            unheard += 1
    silent = [segment.where for segment in segments if not segment.spoken]
    unknown = [piece for piece in doubtful if not any(_mostly_in(piece, where) for where in silent)]
    unknown += _outside([segment.where for segment in segments], heard.samples)
    return Truth(tuple(utterances), tuple(unknown), heard.samples, told=True, unheard=unheard)


def nobody_speaks(heard: Heard) -> Truth:
    """Of a recording of which the owner says that it holds noise only."""
    return Truth((), (), heard.samples, told=True)


def _speech(heard: Heard) -> tuple[list[Stretch], list[Stretch]]:
    """The stretches that are speech, and those that may be."""
    strict = [run for run in try_options(heard, STRICT).runs if run.end - run.start >= _LEAST_SPEECH]
    usual = try_options(heard, USUAL).runs
    certain = [run for run in usual if any(run.overlaps(sure) for sure in strict)]
    heard_at_all = (*usual, *try_options(heard, LAX).runs)
    return certain, [run for run in heard_at_all if not any(run.overlaps(sure) for sure in certain)]


def _grouped(pieces: Sequence[Stretch], apart: int) -> Iterator[Utterance]:
    together: list[Stretch] = []
    for piece in pieces:
        if together and piece.start - together[-1].end >= apart:
            yield Utterance(tuple(together))
            together = []
        together.append(piece)
    if together:
        yield Utterance(tuple(together))


def _united(runs: Sequence[Stretch]) -> list[Stretch]:
    """In their order, those that overlap as one."""
    united: list[Stretch] = []
    for run in sorted(runs):
        if united and run.start < united[-1].end:
            united[-1] = Stretch(united[-1].start, max(run.end, united[-1].end))
        else:
            united.append(run)
    return united


def _mostly_in(piece: Stretch, where: Stretch) -> bool:
    middle = (piece.start + piece.end) // 2
    return where.start <= middle < where.end


def _outside(known: Sequence[Stretch], samples: int) -> Iterator[Stretch]:
    at = 0
    for stretch in sorted(known):
        if stretch.start > at:
            yield Stretch(at, stretch.start)
        at = max(at, stretch.end)
    if at < samples:
        yield Stretch(at, samples)
