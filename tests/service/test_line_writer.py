"""Nobody waits for a reader who has stopped reading."""

import io
import os
import threading
from contextlib import suppress

from appliance.service.courier import MAX_WAITING
from appliance.service.line_writer import LineWriter


class Stopped(io.StringIO):
    """A reader who takes nothing until he is let."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = threading.Event()
        self.go_on = threading.Event()

    def write(self, text: str) -> int:
        self.asked.set()
        self.go_on.wait(10)
        return super().write(text)


def test_lines_come_out_whole_and_in_their_order() -> None:
    stream = io.StringIO()
    with LineWriter(stream) as writer:
        for number in range(100):
            writer.write(f"{number}\n")
    assert stream.getvalue().split() == [str(number) for number in range(100)]
    assert writer.dropped == 0


def test_a_reader_who_stops_holds_nobody_up_and_what_he_misses_is_counted() -> None:
    stream = Stopped()
    writer = LineWriter(stream)
    writer.write("first\n")
    assert stream.asked.wait(5)
    for _ in range(MAX_WAITING + 3):
        writer.write("more\n")
    assert writer.dropped == 3
    assert not writer.close()
    stream.go_on.set()


def test_a_reader_who_is_gone_is_no_fault() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    pipe = os.fdopen(writing, "w")
    writer = LineWriter(pipe)
    writer.write("nobody reads this\n")
    writer.close()
    with suppress(BrokenPipeError):
        pipe.close()
