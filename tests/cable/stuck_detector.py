"""A speech detector that can be made to hang, as native code does: an owner's own, by `package:Class`."""

import os
from pathlib import Path

from appliance.hearing.speech.energy import EnergyDetector
from appliance.pcm.formats import Pcm

FIFO = "STUCK_DETECTOR_FIFO"  # where the FIFO may be that it reads, and whom nobody writes to


class StuckDetector(EnergyDetector):
    """Hears until the FIFO is there, and then reads that."""

    def probability(self, window: Pcm) -> float:
        fifo = Path(os.environ[FIFO])
        if fifo.exists():
            fifo.read_bytes()
        return super().probability(window)
