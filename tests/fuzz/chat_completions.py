"""What language models stream over HTTP, fuzzed like a codec: a frame is the data of one event.

`python -m tests.fuzz.chat_completions` records the corpus from the strict simulator.
"""

from collections.abc import Iterator, Sequence

from appliance.conversation.vocabulary import Command, ProviderEvent, Ready
from appliance.errors import ProtocolViolation, ProviderError
from appliance.providers.cascade.chat_stream import ChatStream
from appliance.providers.http.events import ServerSentEvents
from tests.simulators.cascade_replies import of_completion
from tests.simulators.cascade_script import Call, Completion

# What a socket gives at once, in bytes, or in characters of a text frame.
READ_PIECE = 65_536
CALLS = (Call("clock", '{"zone":"UTC"}'), Call("timer", '{"minutes":5}'))
COMPLETIONS = (
    Completion("It is noon, and the sun shines."),
    Completion("Let me see.", calls=CALLS),
    Completion("", calls=CALLS, indexed=False, finish="stop"),
    Completion("<think>Hm, noon?</think> It is noon.", finish="length"),
    Completion("It will break.", error="server_error"),
)


class ChatCompletions:
    """One completion after the other on one connection; each ends with what says so."""

    def __init__(self) -> None:
        self._stream = ChatStream()
        self._understood = 0

    def encode(self, command: Command) -> Sequence[str]:
        return ()

    def replies(self) -> Sequence[str]:
        return ()

    def events(self, frame: str | bytes) -> Iterator[ProviderEvent]:
        """Take one event; a failure that the server tells is not the reader's, and ends the completion."""
        try:
            for piece in _pieces(frame):
                list(self._stream.feed(piece))
            if self._stream.done:
                list(self._stream.end())
                self._stream = ChatStream()
        except ProtocolViolation:
            raise
        except ProviderError:
            self._stream = ChatStream()
        self._understood += 1
        if self._understood == 1:
            yield Ready()


def _pieces(frame: str | bytes) -> Iterator[bytes]:
    """The event as a socket gives it: of one that is too long nothing is copied but what is read."""
    yield b"data: "
    for start in range(0, len(frame), READ_PIECE):
        piece = frame[start : start + READ_PIECE]
        yield piece if isinstance(piece, bytes) else piece.encode("utf-8", "replace")
    yield b"\n\n"


def main() -> None:
    """Write the corpus."""
    from tests.fuzz.targets import TARGETS

    corpus = TARGETS["chat-completions"].corpus
    corpus.mkdir(exist_ok=True)
    for number, completion in enumerate(COMPLETIONS):
        data = b"".join(piece.data for piece in of_completion(completion, number).pieces)
        lines = "".join(f"{event}\n" for event in ServerSentEvents().feed(data))
        (corpus / f"completion-{number}.jsonl").write_text(lines, "utf-8")


if __name__ == "__main__":
    main()
