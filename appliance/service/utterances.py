"""The conversation as a person remembers it: who said what, in one piece each time. Pure."""

from collections.abc import Sequence
from itertools import groupby

from appliance.conversation.history import Line
from appliance.conversation.vocabulary import HistoryItem


def utterances(lines: Sequence[Line]) -> list[HistoryItem]:
    """`lines`, of which an answer has one for every message and every provider that gave a part of it."""
    pieces = groupby(lines, key=lambda line: (line.turn, line.role))
    return [HistoryItem(role, " ".join(line.text for line in group)) for (_, role), group in pieces]
