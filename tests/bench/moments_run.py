"""One moment is lived: a real recording, two servers on loopback, and the first one's death."""

import json
import random
import tempfile
from pathlib import Path

from tests.bench.moments_look import FIRST, SECOND, Look, Moment
from tests.bench.moments_server import FIRST_WORDS, Fate, StoryServer, Tale
from tests.bench.stage import lay, read_wav, run_into, write_wav
from tests.recordings import recordings
from tests.simulators.openai_realtime import SimulatorThread

# Short ones without a pause that could end a turn.
QUESTIONS = (0, 2, 3, 10)


def live(seed: int, fate: Fate, words_ahead: int = 0) -> Moment:
    """Ask, lose the first provider at its moment, and look at what was told and heard.

    The text of the first one is so many words ahead of its sound.
    """
    chance = random.Random(f"talk {seed}")
    asked = recordings()[chance.choice(QUESTIONS)]
    pcm, (spoken,) = lay([asked], [chance.uniform(400.0, 800.0)])
    tool = fate.moment == "tool"
    speed = chance.choice((1.0, 1.5, 3.0))
    first = StoryServer(Tale(FIRST, FIRST_WORDS, speed, 0.3, words_ahead, with_timer=tool), asked.text, fate)
    second = StoryServer(Tale(SECOND, with_timer=tool), asked.text)
    with tempfile.TemporaryDirectory() as folder, SimulatorThread(simulator=first) as one:
        place = Path(folder)
        write_wav(place / "in.wav", pcm)
        with SimulatorThread(simulator=second) as two:
            names = ",".join(
                f'{{name="{name}",kind="openai",url="{server.url}",api_key="env:BENCH_KEY"}}'
                for name, server in (("first", one), ("second", two))
            )
            run_into(place, [f"providers=[{names}]"], ["--state", str(place / "state")])
        events = [json.loads(line) for line in (place / "events.jsonl").read_text().splitlines()]
        timers = place / "state" / "timers.json"
        kept = len(json.loads(timers.read_text())) if timers.exists() else 0
        out = read_wav(place / "out.wav")
    return Look(pcm, spoken, events, out, first, second).moment(seed, fate, kept)
