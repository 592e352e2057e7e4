"""What came of the answer that is wanted, by those who were lost and by who gives it."""

from appliance.pcm.formats import ms_of_samples

# An answer that breaks off so often is given up: by then it is no bad luck.
MAX_BREAKS = 3
# The playhead is told in whole milliseconds, rounded down, and resampling rounds, too.
_ROUNDING_MS = 2.0


class KeptAnswer:
    """The account of one answer: those who were lost gave `earlier_ms` of it; `broken_by` names them by
    index, once for each time."""

    def __init__(self) -> None:
        self.earlier_ms = 0.0
        self.broken_by: list[int] = []
        self._samples = 0
        self._rate_hz = 1

    def received(self, samples: int, rate_hz: int) -> None:
        """The next samples came from who gives it."""
        self._samples += samples
        self._rate_hz = rate_hz

    def broke_off(self, provider: int) -> None:
        """The provider of this index, who gave it, is lost."""
        self.earlier_ms += ms_of_samples(self._samples, self._rate_hz)
        self._samples = 0
        self.broken_by.append(provider)

    @property
    def gone_on_with(self) -> bool:
        """Who gives it, or is asked to, did not begin it."""
        return bool(self.broken_by)

    def of_the_last_ms(self, heard_ms: int) -> int:
        """How much of `heard_ms` of the answer came from who gives it."""
        return max(int(heard_ms - self.earlier_ms), 0) if self.gone_on_with else heard_ms

    def outlasts(self, heard_ms: int) -> bool:
        """Those who were lost said more than was heard in `heard_ms`."""
        return self.gone_on_with and heard_ms + _ROUNDING_MS < self.earlier_ms
