"""`python -m tests.bench.example OUT.png`: a question, a cough over its answer, an interruption, drawn."""

import os
import sys
import tempfile
from pathlib import Path

import numpy as np

from appliance.pcm.formats import NEAR_RATE_HZ, Pcm, samples_of_ms
from appliance.providers.offline.voice import QUESTION_VOICE, QUESTION_WORDS_PER_MINUTE, synthesize
from appliance.service.replay import ReplayOptions, run_replay
from appliance.service.timeline_file import draw_file
from appliance.settings import load_settings
from tests.bench.disturbances import disturbances
from tests.bench.stage import OUT_RATE_HZ, write_wav
from tests.simulators.openai_realtime import SimulatorThread
from tests.simulators.openai_script import Answer

QUESTION = "What time is it in Paris, in Moscow and in Tokyo?"
REPLY = (
    "In Paris it is one in the afternoon. In Moscow it is three, two hours later."
    " In Tokyo it is nine in the evening, and in Sydney it is already eleven."
)
INTERRUPTION = "Wait. And what time is it in New York?"
LAST_REPLY = "In New York it is seven in the morning."
COUGH = "muffled cough, man"


def heard() -> Pcm:
    """What the microphone hears, 16 kHz."""
    cough = next(stimulus.pcm for stimulus in disturbances() if stimulus.name == COUGH)
    pieces = [_silence(600), _ask(QUESTION), _silence(2600), cough, _silence(3200), _ask(INTERRUPTION)]
    return np.concatenate([*pieces, _silence(500)])


def draw(out: Path) -> None:
    """Let the conversation happen in real time, and draw it."""
    os.environ["EXAMPLE_KEY"] = "example"
    answers = [
        Answer(synthesize(text, rate_hz=OUT_RATE_HZ), transcript=text, user_transcript=asked, delay_s=0.2)
        for text, asked in ((REPLY, QUESTION), (LAST_REPLY, INTERRUPTION))
    ]
    with tempfile.TemporaryDirectory() as name, SimulatorThread(answers) as simulator:
        folder = Path(name)
        write_wav(folder / "in.wav", heard())
        openai = f'{{name="openai",kind="openai",url="{simulator.url}",api_key="env:EXAMPLE_KEY"}}'
        provider = f'providers=[{openai},{{name="offline",kind="offline"}}]'
        files = ReplayOptions(folder / "in.wav", folder / "out.wav", folder / "events.jsonl")
        run_replay(load_settings([], [provider], {}).settings, files)
        draw_file(files.events, out, files.wav, files.out)


def _silence(ms: float) -> Pcm:
    return np.zeros(samples_of_ms(ms, NEAR_RATE_HZ), dtype=np.int16)


def _ask(text: str) -> Pcm:
    return synthesize(text, QUESTION_VOICE, QUESTION_WORDS_PER_MINUTE, NEAR_RATE_HZ)


if __name__ == "__main__":
    draw(Path(sys.argv[1]))
