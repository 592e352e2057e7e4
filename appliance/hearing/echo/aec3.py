"""WebRTC's echo canceller AEC3, by pywebrtc-audio."""

from typing import Final

from appliance.errors import ApplianceError
from appliance.pcm.formats import NEAR_RATE_HZ, Pcm

FRAME_SAMPLES: Final = 160  # the 10 ms that WebRTC's audio processing goes by

# AEC3 works in blocks of 64 samples, of which it keeps one back, and its synthesis overlaps by another one.
# Measured: an impulse comes out so much later (tests/hearing/echo/test_aec3.py).
DELAY_SAMPLES: Final = 128


class CancellerError(ApplianceError):
    """The echo canceller cannot be loaded: while the loudspeaker sounds the appliance would hear itself."""


class Aec3:
    """AEC3 as the package sets it up: noise suppression and gain control off, a high-pass filter at 80 Hz on.

    It finds the echo's delay by itself, up to some 400 ms, and follows it. The package's `EchoCanceller` and
    not its `AudioProcessor`: what they put out is the same to the bit, and the latter also looks for speech,
    which costs twice as much again. A frame costs 0.1 ms and one array, which the package allocates.

    Raises CancellerError where the package cannot be loaded.
    """

    frame_samples = FRAME_SAMPLES
    delay_samples = DELAY_SAMPLES

    def __init__(self) -> None:
        try:
            from pywebrtc_audio import EchoCanceller
        except (ImportError, OSError) as error:
            raise CancellerError(f"The echo canceller cannot be loaded: {error}") from error
        self._canceller = EchoCanceller(NEAR_RATE_HZ)

    def cancel(self, near: Pcm, far: Pcm) -> Pcm:
        """As EchoCanceller; of exactly `frame_samples`."""
        cancelled: Pcm = self._canceller.process(near, far)
        return cancelled

    def strict(self, given: Pcm) -> Pcm:
        """As EchoCanceller: it knows nothing else."""
        return given

    @property
    def own_voice(self) -> bool:
        """As EchoCanceller: it cannot tell."""
        return False

    def reset(self) -> None:
        """As EchoCanceller."""
        self._canceller.reset()
