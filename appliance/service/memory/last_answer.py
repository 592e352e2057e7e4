"""The last answer as it was spoken, to be heard once more."""

from typing import Final

import numpy as np

from appliance.pcm.formats import Pcm

# Longer than people listen to an answer they asked for; at 48 kHz less than 6 MB.
MAX_S: Final = 60


class LastAnswer:
    """The sound of the newest answer of which any came, at the loudspeaker's rate.

    Kept as sound, because it is then the same voice in the same language, whoever answered, and costs nobody
    anything. Bound: the first `MAX_S`; what an answer has beyond it is not kept. Belongs to the event loop.
    """

    def __init__(self, rate_hz: int) -> None:
        self._max_samples = MAX_S * rate_hz
        self._pieces: list[Pcm] = []
        self._samples = 0

    def begin(self) -> None:
        """A new answer has a first sample."""
        self.forget()

    def append(self, pcm: Pcm) -> None:
        """Its next samples, shape `(n,)`."""
        kept = pcm[: self._max_samples - self._samples]
        if len(kept):
            self._pieces.append(kept)
            self._samples += len(kept)

    def forget(self) -> None:
        """Keep nothing of it."""
        self._pieces, self._samples = [], 0

    def pcm(self) -> Pcm:
        """All that is kept, shape `(n,)`; empty where nobody has answered yet."""
        return np.concatenate(self._pieces) if self._pieces else np.zeros(0, np.int16)
