"""How loud an answer was let out: in full, ducked, or standing still."""

from collections.abc import Iterable, Iterator
from enum import StrEnum

from appliance.conversation.timeline.story import Interruption, Span


class Loudness(StrEnum):
    """What a possible interruption has made of an answer."""

    FULL = "in full"
    DUCKED = "ducked"
    STILL = "standing still"


def loudness(heard: Span, interruptions: Iterable[Interruption]) -> list[Span]:
    """`heard` in stretches, each named by its `Loudness`; without a gap, and none of no length."""
    stretches: list[Span] = []
    at_ms = heard.start_ms
    for begin_ms, end_ms, quieter in sorted(_quieter(interruptions)):
        begin_ms, end_ms = max(begin_ms, at_ms), min(end_ms, heard.end_ms)
        if begin_ms < end_ms:
            stretches += [Span(at_ms, begin_ms, Loudness.FULL), Span(begin_ms, end_ms, quieter)]
            at_ms = end_ms
    stretches.append(Span(at_ms, heard.end_ms, Loudness.FULL))
    return [stretch for stretch in stretches if stretch.start_ms < stretch.end_ms]


def _quieter(interruptions: Iterable[Interruption]) -> Iterator[tuple[float, float, Loudness]]:
    for each in interruptions:
        still_ms = each.decided_ms if each.hushed_ms is None else each.hushed_ms
        if each.ducked_ms is not None:
            yield each.ducked_ms, still_ms, Loudness.DUCKED
        yield still_ms, each.decided_ms, Loudness.STILL
