"""The button, wherever it is: its edges become wishes."""

from collections.abc import Callable

from appliance.conversation.vocabulary import Pressed, Released
from appliance.panel.gestures import TAP_MAX_MS
from appliance.pcm.formats import NEAR_RATE_HZ, samples_of_ms


class Button:
    """Tells `post` when it goes down and comes up. Edges that repeat the last one are dropped."""

    def __init__(self, post: Callable[[Pressed | Released], None]) -> None:
        self._post = post
        self._down_at: int | None = None

    def down(self, at: int) -> None:
        """It goes down at this 16 kHz sample of the near end."""
        if self._down_at is None:
            self._down_at = at
            self._post(Pressed(at))

    def up(self, at: int) -> None:
        """It comes up at this 16 kHz sample of the near end."""
        if self._down_at is not None:
            held = at - self._down_at > samples_of_ms(TAP_MAX_MS, NEAR_RATE_HZ)
            self._down_at = None
            self._post(Released(at, held))
