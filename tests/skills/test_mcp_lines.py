"""A line that does not end is no reason to run out of memory."""

from collections.abc import Sequence
from contextlib import suppress

import pytest
from anyio import EndOfStream
from anyio.abc import ByteReceiveStream

from appliance.skills import mcp_lines
from appliance.skills.mcp_lines import MAX_LINE_CHARS, BoundedText

CHUNK = 65_536


class Writing(ByteReceiveStream):
    """A program that writes `pieces`, and the last of them again and again."""

    def __init__(self, pieces: Sequence[bytes]) -> None:
        self.pieces = list(pieces)

    async def receive(self, max_bytes: int = CHUNK) -> bytes:
        return self.pieces.pop(0) if len(self.pieces) > 1 else self.pieces[0]

    async def aclose(self) -> None:
        pass


@pytest.fixture
def told() -> list[str]:
    """What was told of endless lines."""
    told: list[str] = []
    mcp_lines.on_endless_line.set(lambda: told.append("endless"))
    return told


@pytest.mark.parametrize(
    "before", [[], [b"{}\n"], [b"{}\nx"]], ids=["at once", "after a line", "within a piece"]
)
async def test_a_line_without_end_is_the_end(before: list[bytes], told: list[str]) -> None:
    text = BoundedText(Writing([*before, b"x" * CHUNK]))
    pieces = 0
    with suppress(EndOfStream):
        while await text.receive():
            pieces += 1
    assert pieces < MAX_LINE_CHARS // CHUNK + 1 + len(before)
    assert told == ["endless"]


async def test_any_number_of_lines_goes_on(told: list[str]) -> None:
    text = BoundedText(Writing([b"x" * (CHUNK - 1) + b"\n"]))
    for _ in range(3 * MAX_LINE_CHARS // CHUNK):
        await text.receive()
    assert told == []


async def test_the_longest_line_that_is_taken_goes_through(told: list[str]) -> None:
    text = BoundedText(Writing([b"x" * MAX_LINE_CHARS, b"\n", b"y"]))
    assert [len(await text.receive()) for _ in range(3)] == [MAX_LINE_CHARS, 1, 1]
    assert told == []
