"""What a provider is not held to, and why: the only place that says so. A test finds what is missing here."""

from typing import NamedTuple


class Reason(NamedTuple):
    """Why `kinds` do not keep `contracts`, and where that stands."""

    kinds: tuple[str, ...]
    contracts: tuple[str, ...]
    reason: str
    source: str


_OFFLINE_PEER = "`appliance/providers/offline/`: the peer is a process of ours on the same machine"

IMPOSSIBLE: tuple[Reason, ...] = (
    Reason(
        ("offline",),
        ("history", "other instructions"),
        "It answers each turn by itself, from fixed sentences: nothing that it is told changes them.",
        "`OfflineSession`",
    ),
    Reason(
        ("offline",),
        ("two tools at once",),
        "It has no model: one sentence is one wish, and calls one tool.",
        "`appliance/providers/offline/wishes.py`",
    ),
    Reason(
        ("offline",),
        ("wrong key", "no money left", "asked too often", "key"),
        "There is no account, no key and nobody who refuses.",
        _OFFLINE_PEER,
    ),
    Reason(
        ("offline",),
        ("lost while connecting", "mute peer", "nonsense"),
        "There is no path to a peer that could fail; that its process does not start, hangs or babbles is "
        "shown in `tests/providers/offline/test_worker.py`.",
        _OFFLINE_PEER,
    ),
    Reason(
        ("offline",),
        ("lost while speaking",),
        "espeak-ng makes the whole sentence (in 20 ms) before its first sound is told: it cannot be lost.",
        "`appliance/providers/offline/mouth.py`",
    ),
    Reason(
        ("cascade",),
        ("lost while listening",),
        "Nothing is connected while the person talks: the turn is one request, sent when it is complete.",
        "PROTOCOLS §5.1",
    ),
    Reason(
        ("cascade", "cascade-wyoming", "cascade-vendors"),
        ("lost while a tool runs",),
        "Nothing is connected while a tool runs: its result is told by another request.",
        "PROTOCOLS §5.2",
    ),
    Reason(
        ("chain",),
        ("goes on with another's answer", "tool that ran elsewhere"),
        "Nobody tells the chain: it is the chain that tells its providers.",
        "DESIGN §6, `appliance/providers/told.py`",
    ),
)

# Why the capability is not declared. What happens instead is what the suite runs for these.
UNDECLARED: tuple[Reason, ...] = (
    Reason(
        ("openai", "azure", "chain"),
        ("temperature",),
        "General availability took it away; only the beta's dialect has it. (The chain's providers here are "
        "OpenAI's: it can do what they can.)",
        "PROTOCOLS §1.12",
    ),
    Reason(
        ("gemini",),
        ("discard",),
        "There is no message that takes sound back: the session ends, and the next one is told the history.",
        "PROTOCOLS §3.4, `docs/decisions/0018-what-gemini-cannot-be-told.md`",
    ),
    Reason(("gemini",), ("speed",), "There is no such setting.", "PROTOCOLS §3.3"),
    Reason(
        ("openai-live",),
        ("what was heard", "discard", "end of turn"),
        "It hears and speaks at once, decides by itself when, and knows neither cancel, truncate nor commit; "
        "what was heard is told to the next socket.",
        "PROTOCOLS §1.13, `docs/decisions/0020-turns-over-a-full-duplex-model.md`",
    ),
    Reason(
        ("openai-live",),
        ("speed", "temperature", "maximum length"),
        "Its session is strict and has no such field.",
        "PROTOCOLS §1.13",
    ),
    Reason(
        ("cascade", "cascade-wyoming"),
        ("end of turn",),
        "It is asked for words once the turn is over; what it is sent before is judged by nobody.",
        "PROTOCOLS §5.1, §6.2",
    ),
    Reason(
        ("cascade-vendors",),
        ("end of turn",),
        "Deepgram could say so by its endpointing, which is not asked for: turns are ended here.",
        "`appliance/providers/cascade/deepgram_codec.py`",
    ),
    Reason(("cascade-wyoming",), ("speed",), "`synthesize` knows a text and a voice.", "PROTOCOLS §6.2"),
    Reason(
        ("offline",),
        ("what was heard", "goes on with another's answer", "temperature", "maximum length"),
        "It remembers nothing and has no model: its sentences are fixed.",
        "`OfflineSession`",
    ),
    Reason(("offline",), ("end of turn",), "Its worker listens to turns that are over.", "`OfflineSession`"),
    Reason(("offline",), ("speed",), "Its answers have the speed of `words_per_minute`.", "`OfflineOptions`"),
)


def why_impossible(kind: str, contract: str) -> Reason | None:
    """The entry for this cell; None where it is to be kept."""
    return _find(IMPOSSIBLE, kind, contract)


def why_undeclared(kind: str, contract: str) -> Reason | None:
    """The entry for this cell; None where the capability is to be declared."""
    return _find(UNDECLARED, kind, contract)


def _find(reasons: tuple[Reason, ...], kind: str, contract: str) -> Reason | None:
    return next((each for each in reasons if kind in each.kinds and contract in each.contracts), None)
