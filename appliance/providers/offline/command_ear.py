"""The recognizer's encoder once more, asked for one thing: whether somebody said "stop" or "wait"."""

import zipfile
from importlib import resources
from pathlib import Path
from typing import Any, Final

import numpy as np

from appliance.errors import FailureCategory, ProviderError
from appliance.pcm.formats import NEAR_RATE_HZ, Float32, Pcm, samples_of_ms, to_float32
from appliance.providers.offline.command_words import LONGEST_SAMPLES, CommandWords

WEIGHTS: Final = "command_words.npz"
# Less gives the encoder hardly a frame, and is no word.
_SHORTEST: Final = samples_of_ms(200, NEAR_RATE_HZ)
_LOG_ERRORS_ONLY: Final = 3


class Encoder:
    """The first half of the recognizer's model, on onnxruntime; half a second of sound takes 10 ms."""

    def __init__(self) -> None:
        """Raises ProviderError where it cannot be loaded."""
        try:
            import onnxruntime
            from moonshine_voice.utils import get_model_path

            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = options.inter_op_num_threads = 1
            options.add_session_config_entry("session.intra_op.allow_spinning", "0")
            options.log_severity_level = _LOG_ERRORS_ONLY
            path = Path(get_model_path("tiny-en")) / "encoder_model.ort"
            self._session: Any = onnxruntime.InferenceSession(
                str(path), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # onnxruntime's own classes, which depend on what is wrong with the file
            raise ProviderError(FailureCategory.MODEL_UNAVAILABLE, f"encoder: {error}") from error

    def states(self, pcm: Pcm) -> Float32:
        """Its outputs for a clip of 16 kHz, 200 ms at least: (frames of some 40 ms, 288)."""
        sound = to_float32(pcm)[np.newaxis]
        feed = {"input_values": sound, "attention_mask": np.ones(sound.shape, np.int64)}
        states: Float32 = self._session.run(None, feed)[0][0]
        return states


class CommandEar:
    """Hears the words that stop an answer in short clips."""

    def __init__(self) -> None:
        """Load both. Raises ProviderError."""
        self._encoder = Encoder()
        self._words = load_weights(WEIGHTS)

    def word(self, pcm: Pcm) -> str:
        """The one that was said in a clip of 16 kHz, or ""; of a clip that is longer than one of them, "" """
        if not _SHORTEST <= len(pcm) <= LONGEST_SAMPLES:
            return ""
        return self._words.word(self._encoder.states(pcm))


def load_weights(file: str) -> CommandWords:
    """The shipped ones. Raises ProviderError where they are missing or damaged."""
    try:
        with (
            resources.as_file(resources.files("appliance.providers.offline") / "models" / file) as path,
            np.load(path) as arrays,
        ):
            return CommandWords.of(arrays)
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise ProviderError(FailureCategory.MODEL_UNAVAILABLE, f"{file}: {error}") from error
