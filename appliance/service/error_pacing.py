"""What goes wrong again and again is written down now and then, with how often it did. Pure."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Final

# From one line to the next of the same kind, each time twice as long: the first seconds of an outage are seen
# as they were, and a provider that fails for a year fills no disk.
FIRST_PAUSE_MS: Final = 5_000.0
LONGEST_PAUSE_MS: Final = 60_000.0
# What stayed away for so long is new: whoever is needed is tried every ten seconds, and every minute else.
QUIET_MS: Final = 180_000.0
# Kinds told apart: 16 providers at most, each with the eight categories of failures. Beyond that the one that
# came first is forgotten, and written at once when it comes again.
MAX_KINDS: Final = 128
# Told apart of a kind, until it stays away for `QUIET_MS`: a name that is not found, a certificate. Some
# servers number their refusals: the ways beyond these are paced as one.
MAX_WAYS: Final = 8


@dataclass(slots=True)
class _Kind:
    """`unwritten` came since the line at `written_ms`; the next is written `pause_ms` after that, or at once
    where it happens in none of the `ways` known so far, `MAX_WAYS` at most."""

    last_ms: float
    written_ms: float
    ways: set[str]
    pause_ms: float = FIRST_PAUSE_MS
    unwritten: int = 0


class ErrorPacing:
    """Instants are stream time."""

    def __init__(self) -> None:
        self._kinds: dict[Hashable, _Kind] = {}

    def times(self, kind: Hashable, now_ms: float, way: str = "") -> int:
        """It has happened again, in this way: for how many times a line is to be written; 0: for none yet."""
        known = self._kinds.get(kind)
        if known is None:
            self._remember(kind, _Kind(now_ms, now_ms, {way}))
            return 1
        known.unwritten += 1
        times, quiet_ms, known.last_ms = known.unwritten, now_ms - known.last_ms, now_ms
        if quiet_ms >= QUIET_MS:
            self._kinds[kind] = _Kind(now_ms, now_ms, {way})
            return times
        if way not in known.ways and len(known.ways) < MAX_WAYS:
            known.ways.add(way)
            known.unwritten, known.written_ms = 0, now_ms
            return times
        if now_ms - known.written_ms < known.pause_ms:
            return 0
        known.unwritten, known.written_ms = 0, now_ms
        known.pause_ms = min(2 * known.pause_ms, LONGEST_PAUSE_MS)
        return times

    def persists(self, kind: Hashable) -> bool:
        """It has happened for longer than the first pause."""
        known = self._kinds.get(kind)
        return known is not None and known.pause_ms > FIRST_PAUSE_MS

    def _remember(self, kind: Hashable, first: _Kind) -> None:
        self._kinds[kind] = first
        if len(self._kinds) > MAX_KINDS:
            del self._kinds[next(iter(self._kinds))]
