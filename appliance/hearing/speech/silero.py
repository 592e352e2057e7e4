"""The Silero v6 speech detector on onnxruntime."""

from typing import Any

import numpy as np

from appliance.hearing.shipped_model import ModelError, open_model
from appliance.hearing.speech.quiet_spell import QuietSpell
from appliance.pcm.formats import NEAR_RATE_HZ, Pcm

MODEL = "silero_vad_op18_ifless.onnx"
# As in models/ORIGIN.silero-vad.md. With a block of zeros where a worn card lost its weights, the model
# still loads, and hears nobody.
MODEL_SHA256 = "7671cd04b004e9076da0d4a7b1a5aec36adf161c39230c1cb94a4fd5db6bbd28"

# What the model was trained on: windows of 512 samples at 16 kHz, each preceded by the last 64
# samples of the one before. Without that context its probabilities are wrong.
WINDOW_SAMPLES = 512
CONTEXT_SAMPLES = 64
STATE_SHAPE = (2, 1, 128)


class DetectorError(ModelError):
    """The speech detector cannot be loaded: without it the appliance would be deaf."""


class SileroDetector:
    """Silero, one recurrent pass a window. Belongs to one thread; loading takes a third of a second.

    What its recurrent state keeps of loud music makes it deaf: half a minute at -15 dBFS, then four
    seconds of a quiet room, and after 25 of 40 pieces it missed most windows of a sentence, after 8 of
    them all. So the state is forgotten with every quiet spell. No sooner: it is also what tells music
    from speech, and when it was forgotten in the middle of a piece, music made 8 turns an hour.

    Raises DetectorError when the model or its runtime cannot be loaded. A window costs
    0.13 ms in a hot loop, and 0.7 ms with the cold caches of a daemon that wakes every 32 ms.
    """

    window_samples = WINDOW_SAMPLES

    def __init__(self) -> None:
        self._session = _load_session()
        self._input = np.zeros((1, CONTEXT_SAMPLES + WINDOW_SAMPLES), dtype=np.float32)
        self._context = self._input[0, :CONTEXT_SAMPLES]
        self._window = self._input[0, CONTEXT_SAMPLES:]
        self._end_of_window = self._input[0, WINDOW_SAMPLES:]
        self._spell = QuietSpell(WINDOW_SAMPLES)
        self._feed: dict[str, Any] = {"input": self._input, "sr": np.array(NEAR_RATE_HZ, dtype=np.int64)}
        self.reset()
        # The first run plans and allocates: that belongs to the start, not to the first word.
        self.probability(np.zeros(WINDOW_SAMPLES, dtype=np.int16))
        self.reset()

    def probability(self, window: Pcm) -> float:
        """How likely this window of exactly `window_samples` holds speech, 0…1."""
        self._context[:] = self._end_of_window
        np.multiply(window, np.float32(1 / 32768), out=self._window)
        output, self._feed["state"] = self._session.run(None, self._feed)
        probability = float(output[0, 0])
        if self._spell.hear(self._window, probability):
            self._feed["state"] = np.zeros(STATE_SHAPE, dtype=np.float32)
        return probability

    def reset(self) -> None:
        """Forget the stream so far: the next window is the first of a new one."""
        self._input.fill(0)
        self._spell.reset()
        self._feed["state"] = np.zeros(STATE_SHAPE, dtype=np.float32)


def _load_session() -> Any:
    """Raises DetectorError."""
    try:
        return open_model("speech model", MODEL, MODEL_SHA256)
    except ModelError as error:
        raise DetectorError(str(error)) from error
