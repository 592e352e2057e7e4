"""English speech-to-text with Moonshine. Only the worker process imports this: it loads 180 MB."""

import numpy as np
from moonshine_voice.errors import MoonshineError
from moonshine_voice.moonshine_api import ModelArch
from moonshine_voice.transcriber import Transcriber
from moonshine_voice.utils import get_model_path

from appliance.errors import FailureCategory, ProviderError
from appliance.pcm.formats import NEAR_RATE_HZ, Pcm, samples_of_ms, to_float32

# Moonshine's own speech detector keeps its state from one call to the next. Where a clip ends in
# speech, the next one begins with a sliver of speech that is not there, and the model makes "You" or
# "I" of it. This much silence at the end lets the detector settle: 152 instead of 172 wrong words of
# 1998 after 250 ms (14 recordings, 18 kinds of noise and silence around them), and of 240 short words
# in a quiet or a noisy room none begins with "You", of which 250 ms leave up to 42. More gains nothing.
# Without the detector the model makes words of silence, too.
_SETTLE_MS = 400

_OPTIONS = {"return_audio_data": "false", "identify_speakers": "false"}


class Recognizer:
    """The tiny English model that lies in the package's wheel; nothing is downloaded."""

    def __init__(self) -> None:
        """Load the model. Raises `ProviderError` where it cannot be loaded."""
        try:
            self._transcriber = Transcriber(get_model_path("tiny-en"), ModelArch.TINY, options=_OPTIONS)
        except MoonshineError as error:
            raise ProviderError(FailureCategory.MODEL_UNAVAILABLE, f"moonshine: {error}") from error

    def transcribe(self, pcm: Pcm) -> str:
        """The words in `pcm`, 16 kHz, with punctuation; empty where nobody speaks. Blocking.

        Silence at both ends costs next to nothing: the detector cuts it away. Takes 30 ms for each
        second of speech here, on one thread.
        """
        settle = samples_of_ms(_SETTLE_MS, NEAR_RATE_HZ)
        audio = np.zeros(len(pcm) + settle, np.float32)
        to_float32(pcm, audio[: len(pcm)])
        try:
            transcript = self._transcriber.transcribe_without_streaming(audio, NEAR_RATE_HZ)
        except MoonshineError as error:
            raise ProviderError(FailureCategory.MODEL_UNAVAILABLE, f"moonshine: {error}") from error
        return " ".join(line.text.strip() for line in transcript.lines if line.text.strip())
