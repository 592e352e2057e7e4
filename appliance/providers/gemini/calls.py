"""Calls of tools whose results are awaited, and who is told of them. Pure."""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass

from appliance.providers.gemini.answer import Answer

# Calls of a session whose results are still awaited; the oldest is forgotten, and its result with it.
MAX_OPEN_CALLS = 64


@dataclass(slots=True)
class Call:
    """A tool that runs for `answer`; `taken_back`: the server does not want its result any more."""

    answer: Answer
    name: str
    arguments: str
    taken_back: bool = False

    @property
    def is_awaited(self) -> bool:
        """Whether the server goes on with the answer once it has the result."""
        return self.answer.is_wanted and not self.taken_back


class Calls:
    """The open calls of one session by their id, at most `MAX_OPEN_CALLS`."""

    def __init__(self) -> None:
        self._open: OrderedDict[str, Call] = OrderedDict()

    def made(self, call_id: str, call: Call) -> bool:
        """The model calls; False for a call that is known already."""
        if call_id in self._open:
            return False
        self._open[call_id] = call
        if len(self._open) > MAX_OPEN_CALLS:
            self._open.popitem(last=False)
        return True

    def take_back(self, call_ids: Iterable[str]) -> None:
        """The server was interrupted: it must not be told of these any more."""
        for call_id in call_ids:
            if (call := self._open.get(call_id)) is not None:
                call.taken_back = True

    def done(self, call_id: str) -> Call | None:
        """The call has its result; None for one that is not known."""
        return self._open.pop(call_id, None)

    def awaited_for(self, answer: Answer) -> bool:
        """Whether `answer` stands still until a result is told."""
        return any(call.answer is answer and call.is_awaited for call in self._open.values())
