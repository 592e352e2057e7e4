"""Server-sent events and lines out of a stream of bytes, however it was cut into chunks. Pure."""

from collections.abc import Iterator

from appliance.errors import ProtocolViolation

# A line is one event's JSON: a tenth of a second of sound in base64 has 6 kB, a whole answer in text 30.
MAX_LINE_BYTES = 1 << 20
# The data of one event, which may stand in many lines.
MAX_EVENT_BYTES = 1 << 20

_BOM = b"\xef\xbb\xbf"


class Lines:
    """The lines of a stream; they end with LF, CR LF or CR.

    Bound: at most `MAX_LINE_BYTES` are kept between two calls. Raises `ProtocolViolation` for more.
    """

    def __init__(self) -> None:
        self._rest = bytearray()
        self._after_cr = False  # the LF of a CR LF may come with the next chunk

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The lines that `data`, the next bytes of the stream, completes, without their ends."""
        if self._after_cr and data:
            data = data.removeprefix(b"\n")
            self._after_cr = False
        if data.endswith(b"\r"):
            self._after_cr = True
        *complete, rest = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        for line in complete:
            self._keep(line)
            yield bytes(self._rest)
            self._rest.clear()
        self._keep(rest)

    def end(self) -> bytes:
        """What the stream ended with, where that was no line's end."""
        rest = bytes(self._rest)
        self._rest.clear()
        return rest

    def _keep(self, piece: bytes) -> None:
        if len(self._rest) + len(piece) > MAX_LINE_BYTES:
            raise ProtocolViolation(f"the server sent a line of more than {MAX_LINE_BYTES} bytes")
        self._rest += piece


class ServerSentEvents:
    """The data of the events of a stream; comments and every other field are passed over.

    Bound: one event of `MAX_EVENT_BYTES` and one line. Raises `ProtocolViolation` for a longer one and for
    what is no UTF-8.
    """

    def __init__(self) -> None:
        self._lines = Lines()
        self._first = True
        self._data = bytearray()  # each of its lines ends with LF

    def feed(self, data: bytes) -> Iterator[str]:
        """The data of each event that `data`, the next bytes of the stream, completes."""
        for line in self._lines.feed(data):
            event = self._take(line)
            if event is not None:
                yield event

    def end(self) -> Iterator[str]:
        """The event that the stream ended in, for servers that leave its last empty line out."""
        for line in (self._lines.end(), b""):
            event = self._take(line)
            if event is not None:
                yield event

    def _take(self, line: bytes) -> str | None:
        if self._first:
            line, self._first = line.removeprefix(_BOM), False
        if not line:
            return self._dispatch()
        field, _, value = line.partition(b":")
        if field == b"data":
            self._data += value.removeprefix(b" ") + b"\n"
            if len(self._data) > MAX_EVENT_BYTES:
                raise ProtocolViolation(f"the server sent an event of more than {MAX_EVENT_BYTES} bytes")
        return None

    def _dispatch(self) -> str | None:
        if not self._data:
            return None
        data = bytes(self._data[:-1])
        self._data.clear()
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError as broken:
            raise ProtocolViolation("the server sent an event that is no UTF-8") from broken
