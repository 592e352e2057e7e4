"""Who takes the loudspeaker out of what the microphone hears: the seam of any echo canceller."""

from typing import Protocol

from appliance.pcm.formats import Pcm


class EchoCanceller(Protocol):
    """Takes the far end's echo out of the near end, 16 kHz, frame by frame. One stream, one thread."""

    @property
    def frame_samples(self) -> int:
        """How many samples one frame has; frames follow one another without a gap."""

    @property
    def delay_samples(self) -> int:
        """By how many samples what comes out lags behind what went in; shorter than a frame."""

    def cancel(self, near: Pcm, far: Pcm) -> Pcm:
        """The near frame without its echo, `delay_samples` late. `far` is what left the loudspeaker in the
        same instants. Both are only read, and not kept; what is returned is not to be changed."""

    def strict(self, given: Pcm) -> Pcm:
        """What it would have given in place of `given`, its last frame, if it cared for the echo alone and
        not for a person over it: by this its own voice is known. Not to be changed."""

    @property
    def own_voice(self) -> bool:
        """Whether all that was left of the echo in the last 150 ms is what usually is left: nobody speaks."""

    def reset(self) -> None:
        """Forget the room: the next frame is the first of a new stream."""


class FarEnd(Protocol):
    """What left the loudspeaker, by the near end's indices."""

    @property
    def lost(self) -> bool:
        """The loudspeaker sounds, and what it plays cannot be told here. For any thread."""

    @property
    def breaks(self) -> int:
        """How often from some index on it became another moment of what is played than before: a device lost
        samples or was away. What a canceller has learnt is worth nothing then. For any thread."""

    def read_into(self, near_index: int, out: Pcm) -> bool:
        """Fill `out` with what left the loudspeaker while the 16 kHz samples from `near_index` on were
        captured, zeros where nothing did. False: the end of it is not rendered yet, and `out` is undefined.
        Indices of the last second can be asked for, in any order, and where hearing is late, older ones."""
