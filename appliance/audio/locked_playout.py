"""A playout that any thread may tell what to do, while another one renders it."""

import threading

from appliance.audio.playout import Playout
from appliance.pcm.formats import Pcm


class LockedPlayout:
    """The playout's verbs behind a lock, which is held for no longer than one block is being rendered
    (less than a millisecond), and never while somebody waits for a device.
    """

    def __init__(self, playout: Playout) -> None:
        self._playout = playout
        self._lock = threading.Lock()

    @property
    def answer_underruns(self) -> int:
        """How often an answer starved."""
        return self._playout.underruns

    @property
    def concealed_samples(self) -> int:
        """As Playout."""
        return self._playout.concealed_samples

    def begin(self, answer: int) -> None:
        """As Playout."""
        with self._lock:
            self._playout.begin(answer)

    def append(self, answer: int, pcm: Pcm) -> int:
        """As Playout."""
        with self._lock:
            return self._playout.append(answer, pcm)

    def end(self, answer: int) -> None:
        """As Playout."""
        with self._lock:
            self._playout.end(answer)

    def play(self) -> None:
        """As Playout."""
        with self._lock:
            self._playout.play()

    def duck(self) -> None:
        """As Playout."""
        with self._lock:
            self._playout.duck()

    def hush(self) -> None:
        """As Playout."""
        with self._lock:
            self._playout.hush()

    def yield_at_pause(self) -> None:
        """As Playout."""
        with self._lock:
            self._playout.yield_at_pause()

    def resume(self) -> None:
        """As Playout."""
        with self._lock:
            self._playout.resume()

    def flush(self) -> None:
        """As Playout."""
        with self._lock:
            self._playout.flush()

    def say(self, clip: int, pcm: Pcm) -> None:
        """As Playout."""
        with self._lock:
            self._playout.say(clip, pcm)

    def stop_clip(self) -> None:
        """As Playout."""
        with self._lock:
            self._playout.stop_clip()

    def set_volume(self, percent: int) -> None:
        """As Playout."""
        with self._lock:
            self._playout.set_volume(percent)

    def heard_samples(self, answer: int) -> int:
        """As Playout."""
        with self._lock:
            return self._playout.heard_samples(answer)
