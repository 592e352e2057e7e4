"""Text of a program in lines of bounded length. Imports what the `mcp` package brings."""

from collections.abc import Callable
from contextvars import ContextVar
from typing import Final

from anyio import EndOfStream
from anyio.streams.text import TextReceiveStream

# Of one message: a photograph that a tool gives has 2 million characters, and many servers send what they
# give twice, as text and in its structure. The package keeps a line until its end has come.
MAX_LINE_CHARS: Final = 8_388_608

on_endless_line: ContextVar[Callable[[], None]] = ContextVar("on_endless_line")
"""Who is told, once, that a line of a program that is started from here is longer than `MAX_LINE_CHARS`."""


class BoundedText(TextReceiveStream):
    """Ends in the midst of a line that is too long."""

    _line_chars = 0  # of the line that has not ended

    async def receive(self) -> str:
        text = await super().receive()
        after = len(text) - 1 - text.rfind("\n")
        self._line_chars = after if after < len(text) else self._line_chars + after
        if self._line_chars <= MAX_LINE_CHARS:
            return text
        on_endless_line.get()()
        raise EndOfStream
