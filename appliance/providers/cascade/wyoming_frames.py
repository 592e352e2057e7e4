"""Wyoming events as bytes on a stream. Pure.

An event is one line of JSON (`type`, perhaps `data`, `data_length` and `payload_length`), then
`data_length` bytes of JSON, then `payload_length` bytes of anything (PROTOCOLS.md §6.1; read from
`wyoming` 1.10.2, whose reader merges the two kinds of data, the block over the line).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from appliance.errors import ProtocolViolation
from appliance.providers.from_peer import json_object

# What `wyoming`'s own reader takes in one line: the limit of asyncio's streams.
LINE_MAX_BYTES = 64 * 1024
# The longest known data is the list of Piper's voices, about 100 kB.
DATA_MAX_BYTES = 1024 * 1024
# Servers send sound in pieces; those that send a whole sentence at once need 20 s at 48 kHz in stereo.
PAYLOAD_MAX_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class WyomingEvent:
    """One event; `payload` is what follows it, as sound follows "audio-chunk"."""

    type: str
    data: Mapping[str, Any] = field(default_factory=dict)
    payload: bytes = b""


def encode(event: WyomingEvent) -> bytes:
    """The event as the package of the same name writes it: data never in the line."""
    data = json.dumps(dict(event.data)).encode() if event.data else b""
    header: dict[str, object] = {"type": event.type}
    if data:
        header["data_length"] = len(data)
    if event.payload:
        header["payload_length"] = len(event.payload)
    return json.dumps(header).encode() + b"\n" + data + event.payload


@dataclass(frozen=True, slots=True)
class _Header:
    type: str
    data: dict[str, Any]
    data_bytes: int
    payload_bytes: int

    @property
    def rest_bytes(self) -> int:
        return self.data_bytes + self.payload_bytes


class EventReader:
    """Events from a stream of bytes, however it was cut into pieces.

    Bound: less than one event is kept between two calls, at most `LINE_MAX_BYTES`, or `DATA_MAX_BYTES`
    and `PAYLOAD_MAX_BYTES`. Raises `ProtocolViolation` for what is no event; the stream cannot be read
    further after that.
    """

    def __init__(self) -> None:
        self._kept = bytearray()
        self._searched = 0  # bytes of `_kept` that hold no end of a line
        self._header: _Header | None = None  # of the event whose rest is awaited

    def feed(self, data: bytes) -> list[WyomingEvent]:
        """The events that `data`, the next bytes of the stream, completes."""
        events: list[WyomingEvent] = []
        for start in range(0, len(data), LINE_MAX_BYTES):
            self._take(data[start : start + LINE_MAX_BYTES], events)
        return events

    def _take(self, piece: bytes, events: list[WyomingEvent]) -> None:
        """Add what `piece` completes."""
        self._kept += piece
        at = 0
        while True:
            if self._header is None:
                end = self._kept.find(b"\n", at + self._searched)
                if end < 0:
                    break
                self._header = _header(self._copy(at, min(end, at + LINE_MAX_BYTES + 1)))
                at, self._searched = end + 1, 0
            header = self._header
            if len(self._kept) - at < header.rest_bytes:
                break
            block = self._copy(at, at + header.data_bytes)
            payload = self._copy(at + header.data_bytes, at + header.rest_bytes)
            at += header.rest_bytes
            self._header = None
            events.append(WyomingEvent(header.type, header.data | _data(block), payload))
        del self._kept[:at]
        if self._header is None:
            self._searched = len(self._kept)
            _bounded("a line", self._searched, LINE_MAX_BYTES)

    def _copy(self, start: int, end: int) -> bytes:
        with memoryview(self._kept) as whole, whole[start:end] as part:
            return bytes(part)


def _header(line: bytes) -> _Header:
    _bounded("a line", len(line), LINE_MAX_BYTES)
    fields = json_object(line, "the Wyoming server")
    if not isinstance(kind := fields.get("type"), str):
        raise ProtocolViolation("the Wyoming server sent an event without a type")
    data = fields.get("data")
    if data is not None and not isinstance(data, dict):
        raise ProtocolViolation("the Wyoming server sent data that is no object")
    return _Header(
        kind,
        data or {},
        _length(fields, "data_length", DATA_MAX_BYTES),
        _length(fields, "payload_length", PAYLOAD_MAX_BYTES),
    )


def _length(fields: dict[str, Any], key: str, most: int) -> int:
    value = fields.get(key)
    if value is None:
        return 0
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ProtocolViolation(f"the Wyoming server sent a {key} that is no length")
    return _bounded(key, value, most)


def _bounded(what: str, size: int, most: int) -> int:
    if size > most:
        raise ProtocolViolation(f"the Wyoming server sent {what} of more than {most} bytes")
    return size


def _data(block: bytes) -> dict[str, Any]:
    return json_object(block, "the Wyoming server") if block else {}
