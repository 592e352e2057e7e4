"""An event of the log as an entry of the journal: which fields, and what stands in them. Pure."""

import json
from collections.abc import Mapping
from typing import Final

from appliance.service.journal.appliance_kinds import APPLIANCE_KINDS
from appliance.service.journal.conversation_kinds import CONVERSATION_KINDS
from appliance.service.journal.kinds import Kind, Priority
from appliance.service.journal.microphone_kinds import MICROPHONE_KINDS
from appliance.service.journal.values import values_of
from appliance.settings.credentials import masked

Event = Mapping[str, object]
Fields = Mapping[str, str]

IDENTIFIER: Final = "voice-appliance"
# Of any text in an entry: names and sentences of peers and devices are not ours to trust.
MAX_TEXT_BYTES: Final = 255
_CUT: Final = "…"

KINDS: Final[Mapping[str, Kind]] = {
    kind.name: kind for kind in (*CONVERSATION_KINDS, *APPLIANCE_KINDS, *MICROPHONE_KINDS)
}
# The member that tells the kinds of an event apart.
_TOLD_APART_BY: Final = {
    "session": "state",
    "interruption": "decision",
    "timer": "state",
    "alarm": "state",
    "provider": "link",
    "error": "category",
    "money_limit": "level",
    "device": "state",
    "echo": "state",
    "microphone": "state",
    "duplex": "state",
    "network": "state",
    "liveness": "state",
    "configuration": "state",
    "quiet_hours": "state",
}


def kind_of(event: Event) -> Kind:
    """What kind of message this is. Of an event that is not in `KINDS` its bare name is shown."""
    match event:
        case {"event": "tool_call", "ok": False}:
            name = "tool_call.failed"
        case {"event": "failover", "reason": "failback"}:
            name = "failover.failback"
        case {"event": "provider", "link": "down", "reason": "" | None}:
            name = "provider.released"
        case _:
            base = str(event.get("event"))
            told_apart_by = _TOLD_APART_BY.get(base)
            name = base if told_apart_by is None else f"{base}.{event.get(told_apart_by)}"
    return KINDS.get(name) or _unknown(safe(name))


def entry_of(event: Event) -> tuple[Kind, dict[str, str]]:
    """The kind of an event, and its entry: `MESSAGE`, `APPLIANCE_EVENT` and one field for each member.

    Values are on one line and printable; a text has at most `MAX_TEXT_BYTES`. Members that are null have no
    field, numbers and tables have their JSON form.
    """
    tame = {name: _tamed(value) for name, value in event.items()}
    kind = kind_of(tame)
    fields = {
        "MESSAGE": kind.sentence.format_map(values_of(tame)),
        "MESSAGE_ID": kind.message_id,
        "PRIORITY": str(int(kind.priority)),
        "SYSLOG_IDENTIFIER": IDENTIFIER,
    }
    for name, value in tame.items():
        if value is not None:
            fields[f"APPLIANCE_{name.upper()}"] = value if isinstance(value, str) else _json(value)
    return kind, fields


def safe(text: str) -> str:
    """`text` on one line and printable, without what looks like a key, cut off at `MAX_TEXT_BYTES`."""
    kept = masked(
        "", text[:MAX_TEXT_BYTES]
    )  # 2 ms at worst; its cost grows with the third power of the length
    printable = (c if c.isprintable() else c.encode("unicode_escape").decode() for c in kept)
    data = "".join(printable).encode()
    if len(data) <= MAX_TEXT_BYTES and len(text) <= MAX_TEXT_BYTES:
        return data.decode()
    return data[: MAX_TEXT_BYTES - len(_CUT.encode())].decode(errors="ignore") + _CUT


def _tamed(value: object) -> object:
    """`value` with every text in it `safe`, also what a table calls its members."""
    match value:
        case str():
            return safe(value)
        case Mapping():
            return {safe(str(name)): _tamed(one) for name, one in value.items()}
        case list() | tuple():
            return [_tamed(one) for one in value]
    return value


def _unknown(name: str) -> Kind:
    return Kind(name, Priority.INFO, f"{name}.".replace("{", "{{").replace("}", "}}"), name, "")


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))
