"""Our own share of the wait: last word → first audible sample, with a provider that takes no time."""

from itertools import cycle, islice

from tests.bench.levels import AUDIBLE_DBFS
from tests.bench.stage import Replayed, lay, replay, tone
from tests.bench.table import Row, percentiles, spread
from tests.recordings import recordings
from tests.simulators.openai_script import Answer, in_order

TURNS = 22
ANSWER_S = 0.6
END_SILENCE_MS = 800
DEVICE_DELAY_MS = 40
# Room for the wait, the answer and a pause before the next question.
GAP_MS = 2600.0


def run() -> Replayed:
    """22 questions of real speech, each answered at once."""
    asked = list(islice(cycle(recordings()), TURNS))
    pcm, spoken = lay(asked, [1000.0] + [GAP_MS] * (TURNS - 1))
    return replay(pcm, spoken, in_order(Answer(tone(ANSWER_S))))


def rows(replayed: Replayed) -> list[Row]:
    """From the labels of the input and the level of the output; the log only has to agree."""
    level = replayed.envelope
    waits, disagreements = [], []
    for spoken in replayed.spoken:
        audible_ms = level.first_above(AUDIBLE_DBFS, spoken.end_ms)
        if audible_ms is None or audible_ms > spoken.end_ms + GAP_MS:
            continue
        waits.append(audible_ms - spoken.end_ms)
        logged = [abs(event["t_ms"] - audible_ms) for event in replayed.of("answer_audible")]
        disagreements.append(min(logged, default=float("inf")))
    total, own = percentiles(waits), percentiles([w - END_SILENCE_MS - DEVICE_DELAY_MS for w in waits])
    answered = len(waits) == len(replayed.spoken)
    agree = percentiles(disagreements)
    return [
        Row(
            "last word → first audible sample, provider of 0 ms",
            spread(total, "ms"),
            f"p95 ≤ {END_SILENCE_MS + 150} ms, all {TURNS} answered",
            answered and total["p95"] <= END_SILENCE_MS + 150,
            total,
        ),
        Row(
            f"of it ours: without {END_SILENCE_MS} ms of silence and {DEVICE_DELAY_MS} ms of device",
            spread(own, "ms"),
            "p50 ≤ 76 ms",
            answered and own["p50"] <= 76,
            own,
        ),
        Row(
            "event log against the loudspeaker",
            spread(agree, "ms"),
            "max ≤ 30 ms",
            answered and agree["max"] <= 30,
            agree,
        ),
    ]
