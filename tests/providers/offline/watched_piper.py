"""A `Piper` that lets a test wait for what becomes of it."""

from appliance.providers.offline.piper import Piper, State


class WatchedPiper(Piper):
    """Tells of its state as it changes."""

    def wait_while(self, state: State, timeout_s: float) -> bool:
        """Whether it came out of `state` within so long; at once where it is in another."""
        with self._changed:
            return self._changed.wait_for(lambda: self._state is not state, timeout_s)

    def wait_until_warm(self, timeout_s: float) -> bool:
        """Whether it is ready, after at most so long; at once where it failed to start."""
        with self._changed:
            self._changed.wait_for(lambda: self._state is not State.STARTING, timeout_s)
            return self._state is State.WARM
