"""espeak-ng as a voice: text in, samples out. Blocking; callers run it outside the event loop."""

import io
import subprocess
import wave

import numpy as np

from appliance.errors import FailureCategory, ProviderError
from appliance.pcm.formats import Pcm, pcm_from_bytes
from appliance.providers.offline.environment import without_keys
from appliance.providers.offline.loudness import OUTPUT_RATE_HZ, finished
from appliance.providers.offline.options import ANSWER_VOICE, ANSWER_WORDS_PER_MINUTE

# A spoken question for demonstrations and tests, in another voice than the answer's. Of ten voices at
# four speeds the recognizer understands this one best (65 of 72); "What time is it?" and "What is the
# date today?" always.
QUESTION_VOICE = "en-us+klatt2"
QUESTION_WORDS_PER_MINUTE = 150

# A sentence takes 15 ms here; a machine that needs 5 s for it does not speak any more.
SYNTHESIS_TIMEOUT_S = 5.0


def synthesize(
    text: str,
    voice: str = ANSWER_VOICE,
    words_per_minute: int = ANSWER_WORDS_PER_MINUTE,
    rate_hz: int = OUTPUT_RATE_HZ,
) -> Pcm:
    """`text` as speech at `rate_hz`, -20 dBFS RMS, beginning with its first sound; empty for no text.

    Raises `ProviderError`: `model_unavailable` where espeak-ng or the voice is missing, `timed_out`.
    """
    spoken, spoken_hz = _espeak(text, voice, words_per_minute)
    return finished(spoken, spoken_hz, rate_hz)


def voice_mistake(voice: str) -> str:
    """Why espeak-ng does not speak with `voice`; "" where it does. Takes some 10 ms."""
    try:
        _espeak("", voice, ANSWER_WORDS_PER_MINUTE)
    except ProviderError as wrong:
        return str(wrong)
    return ""


def _espeak(text: str, voice: str, words_per_minute: int) -> tuple[Pcm, int]:
    plain = text.replace("[[", "[ [")  # else phoneme names follow
    command = ["espeak-ng", "--stdin", "--stdout", "-b", "1", "-v", voice, "-s", str(words_per_minute)]
    try:
        done = subprocess.run(
            command,
            input=plain.encode(errors="replace"),
            capture_output=True,
            timeout=SYNTHESIS_TIMEOUT_S,
            env=without_keys(),
        )
    except FileNotFoundError as error:
        raise ProviderError(
            FailureCategory.MODEL_UNAVAILABLE, "espeak-ng is not installed: apt-get install espeak-ng"
        ) from error
    except subprocess.TimeoutExpired as error:
        raise ProviderError(
            FailureCategory.TIMED_OUT, f"espeak-ng did not finish within {SYNTHESIS_TIMEOUT_S:g} s"
        ) from error
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip()[-200:]
        raise ProviderError(
            FailureCategory.MODEL_UNAVAILABLE, f"espeak-ng cannot speak with the voice {voice!r}: {said}"
        )
    return _samples_of_wav(done.stdout)


def _samples_of_wav(data: bytes) -> tuple[Pcm, int]:
    if not data:  # no header either, where there was nothing to say
        return np.empty(0, np.int16), OUTPUT_RATE_HZ
    with wave.open(io.BytesIO(data)) as wav:  # its length field is a guess: the pipe's end counts
        return pcm_from_bytes(wav.readframes(wav.getnframes())), wav.getframerate()
