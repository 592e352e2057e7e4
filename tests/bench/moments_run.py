"""One moment is lived: a real recording, two servers on loopback, and the first one's death."""

import json
import random
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from appliance.pcm.formats import NEAR_RATE_HZ, Pcm
from tests.bench.kept_timers import count_kept_timers
from tests.bench.moments_cascade import CascadeStory
from tests.bench.moments_gemini import GeminiStory
from tests.bench.moments_live import LiveStory
from tests.bench.moments_look import FIRST, SECOND, Look, Moment
from tests.bench.moments_openai import OpenAiStory
from tests.bench.moments_story import FIRST_WORDS, Fate, Kind, StoryServer, Tale
from tests.bench.stage import lay, read_wav, run_into, write_wav
from tests.recordings import recordings
from tests.simulators.in_thread import InThread

# Short ones without a pause that could end a turn.
QUESTIONS = (0, 2, 3, 10)
# No microphone is ever silent, so that silence that comes to a server is some that was filled in; until the
# turn, of which the end is 0.8 s of silence, is over.
NOISE = 3
ROOM_SAMPLES = 2 * NEAR_RATE_HZ

_SERVERS: Mapping[Kind, Callable[[Tale, str, Fate | None], StoryServer]] = {
    Kind.OPENAI: OpenAiStory,
    Kind.GEMINI: GeminiStory,
    Kind.LIVE: LiveStory,
    Kind.CASCADE: CascadeStory,
}
_STAGES: Mapping[str, str] = {"stt": "", "llm": "", "tts": ',voice="alloy"'}


def live(seed: int, fate: Fate, words_ahead: int = 0) -> Moment:
    """Ask, lose the first provider at its moment, and look at what was told and heard.

    The text of the first one is so many words ahead of its sound.
    """
    chance = random.Random(f"talk {seed}")
    asked = recordings()[chance.choice(QUESTIONS)]
    pcm, (spoken,) = lay([asked], [chance.uniform(400.0, 800.0)])
    pcm = _as_recorded(pcm, seed)
    tool = fate.moment == "tool"
    speed = chance.choice((1.0, 1.5, 3.0))
    tale = Tale(FIRST, fate.first, FIRST_WORDS, speed, 0.3, words_ahead, with_timer=tool)
    first = _SERVERS[fate.first](tale, asked.text, fate)
    second = _SERVERS[fate.second](Tale(SECOND, fate.second, with_timer=tool), asked.text, None)
    with tempfile.TemporaryDirectory() as folder, InThread(first, "first server"):
        place = Path(folder)
        write_wav(place / "in.wav", pcm)
        with InThread(second, "second server"):
            names = ",".join(
                _setting(name, kind, server.url)
                for name, kind, server in (("first", fate.first, first), ("second", fate.second, second))
            )
            run_into(place, [f"providers=[{names}]"], ["--state", str(place / "state")])
        events = [json.loads(line) for line in (place / "events.jsonl").read_text().splitlines()]
        kept = count_kept_timers(place / "state")
        out = read_wav(place / "out.wav")
    return Look(pcm, spoken, events, out, first, second).moment(seed, fate, kept)


def _as_recorded(pcm: Pcm, seed: int) -> Pcm:
    pcm = np.pad(pcm, (0, ROOM_SAMPLES))
    noise = np.random.default_rng([7, seed]).integers(1, NOISE + 1, len(pcm), dtype=np.int16)
    loud: Pcm = np.where(pcm == 0, noise, pcm)
    return loud


def _setting(name: str, kind: Kind, url: str) -> str:
    """One provider, as it stands in the settings."""
    if kind is Kind.CASCADE:
        stages = (
            f'{stage}={{url="{url}",model="m",api_key="env:BENCH_KEY"{more}}}'
            for stage, more in _STAGES.items()
        )
        return f'{{name="{name}",kind="{kind}",{",".join(stages)}}}'
    return f'{{name="{name}",kind="{kind}",url="{url}",api_key="env:BENCH_KEY"}}'
