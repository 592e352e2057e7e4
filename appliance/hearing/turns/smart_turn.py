"""The Smart Turn v3.2 model: does it sound as if the person were done?"""

from typing import Final

from appliance.hearing.shipped_model import open_model
from appliance.hearing.turns.log_mel import LogMel
from appliance.pcm.formats import Pcm

MODEL: Final = "smart-turn-v3.2-cpu.onnx"
# As in models/ORIGIN.smart-turn.md.
MODEL_SHA256: Final = "2bb026316b14a660486a75b1733cd3fbab8c2fd0314dc9af7be49f8cca967e4f"


class SmartTurn:
    """Judges sound that ends in a pause. Belongs to one thread of a process with a low priority.

    Raises ModelError when the model or its runtime cannot be loaded, which takes half a second. A
    judgement costs 150 ms of a processor, whatever the length of the sound, and 43 MB are kept.
    """

    def __init__(self) -> None:
        self._session = open_model("end-of-turn model", MODEL, MODEL_SHA256)
        self._log_mel = LogMel()

    def completeness(self, pcm: Pcm) -> float:
        """How likely the person is done, 0…1, by the last 8 s of `pcm` (16 kHz): the turn so far, with its
        prefix, up to now."""
        output = self._session.run(None, {"input_features": self._log_mel.features(pcm)})
        return float(output[0][0, 0])
