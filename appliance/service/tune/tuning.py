"""One tuning: recordings in, what each way to hear would have made of them out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from appliance.errors import InputFileError
from appliance.hearing.speech.detector import SpeechDetector
from appliance.hearing.turns.turn_detector import TurnOptions
from appliance.service.named_files import refuse_pipe
from appliance.service.tune import candidates
from appliance.service.tune.choice import Candidate, Choice, choose, with_model
from appliance.service.tune.hearing_once import Model, Reader, hear_file
from appliance.service.tune.labels import read_labels
from appliance.service.tune.score import Score, score
from appliance.service.tune.trial import Heard, try_options
from appliance.service.tune.truth import Truth, by_script, guess, nobody_speaks
from appliance.settings import Settings

# Of fewer sentences nothing can be said.
LEAST_SENTENCES: Final = 3
# Who is silent for longer has said what he wanted: of 2 s even slow speakers' pauses stay below.
APART_MS: Final = 2000


@dataclass(frozen=True, slots=True)
class Tuned:
    """What came of it: the recordings with what was said in them, every way to hear with its score (yours
    first), and what is recommended."""

    paths: tuple[Path, ...]
    heard: tuple[Heard, ...]
    truths: tuple[Truth, ...]
    tried: tuple[tuple[Candidate, Score], ...]
    choice: Choice
    measure: Callable[[TurnOptions], Score]

    @property
    def yours(self) -> Candidate:
        """What is in force."""
        return self.tried[0][0]


def tune(
    recordings: Sequence[Path],
    noises: Sequence[Path],
    settings: Settings,
    detector: SpeechDetector,
    model: Model | None = None,
    reader: Reader | None = None,
    apart_ms: float = APART_MS,
    busy: Callable[[str], None] = lambda what: None,
) -> Tuned:
    """Hear `recordings`, and `noises` in which nobody speaks, and try everything on them.

    A recording with labels beside it is judged by them; with a `model` it is tried, too. Raises
    InputFileError: a file that cannot be used, or too little speech to say anything.
    """
    heard, truths = [], []
    for path in (*recordings, *noises):
        busy(f"listening to {path}")
        refuse_pipe(path)
        heard.append(hear_file(path, detector, model, reader))
        busy(f"looking for what was said in {path}")
        labels = None if path in noises else read_labels(path)
        if path in noises:
            truths.append(nobody_speaks(heard[-1]))
        else:
            truths.append(guess(heard[-1], apart_ms) if labels is None else by_script(heard[-1], labels))
    sentences = sum(len(truth.utterances) for truth in truths)
    if sentences < LEAST_SENTENCES:
        raise InputFileError(
            f"There are only {sentences} sentences in what was recorded, which says nothing about how you"
            " speak: say at least a dozen, as you would to the appliance"
        )

    @cache
    def measure(options: TurnOptions) -> Score:
        return sum((score(try_options(h, options), t) for h, t in zip(heard, truths, strict=True)), Score())

    busy("trying other settings on it")
    mine = candidates.yours(settings, model=model is not None)
    choice = choose(mine, truths, measure, model=model is not None)
    others = [
        way for way in candidates.profiles() if (way.options, way.prefix_ms) != (mine.options, mine.prefix_ms)
    ]
    ways = [mine, *([with_model(mine)] if model and not mine.options.asks_model else []), *others]
    tried = tuple((candidate, measure(candidate.options)) for candidate in ways)
    return Tuned((*recordings, *noises), tuple(heard), tuple(truths), tried, choice, measure)
