"""The wait for the offline provider: "what time is it", last word → first audible sample."""

import numpy as np

from appliance.pcm.formats import NEAR_RATE_HZ, samples_of_ms
from appliance.providers.offline.voice import QUESTION_VOICE, QUESTION_WORDS_PER_MINUTE, synthesize
from tests.bench.levels import AUDIBLE_DBFS, envelope
from tests.bench.stage import Replayed, Spoken, replay
from tests.bench.table import Row, percentiles, spread

QUESTION = "What time is it?"
TURNS = 10
END_SILENCE_MS = 800
# Room for the wait, "It is twelve minutes to eleven in the evening." and a pause.
GAP_MS = 5500.0


def run() -> Replayed:
    """The question, again and again."""
    said = synthesize(QUESTION, QUESTION_VOICE, QUESTION_WORDS_PER_MINUTE, NEAR_RATE_HZ)
    level = envelope(said, NEAR_RATE_HZ)
    ends_ms = float(np.flatnonzero(level.db > level.db.max() - 35)[-1]) + 1
    gap = np.zeros(samples_of_ms(GAP_MS, NEAR_RATE_HZ), dtype=np.int16)
    pcm, spoken = [gap[: NEAR_RATE_HZ // 2]], []
    for _ in range(TURNS):
        start_ms = sum(map(len, pcm)) * 1000 / NEAR_RATE_HZ
        spoken.append(Spoken(start_ms, start_ms + ends_ms, QUESTION))
        pcm += [said, gap]
    return replay(np.concatenate(pcm), spoken, None)


def rows(replayed: Replayed) -> list[Row]:
    """From the end of the spoken question to the level of the loudspeaker."""
    level = replayed.envelope
    waits = []
    for spoken in replayed.spoken:
        audible_ms = level.first_above(AUDIBLE_DBFS, spoken.end_ms)
        if audible_ms is not None and audible_ms < spoken.end_ms + GAP_MS:
            waits.append(audible_ms - spoken.end_ms)
    stats = percentiles(waits)
    limit_ms = END_SILENCE_MS + 600
    met = len(waits) == TURNS and stats["max"] <= limit_ms
    name = f"offline: “{QUESTION}”, last word → first audible sample"
    return [Row(name, spread(stats, "ms"), f"≤ {limit_ms} ms, {TURNS} of {TURNS}", met, stats)]
