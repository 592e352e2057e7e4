"""What the conversation has done so far, counted from its event log (DESIGN §7.2)."""

from collections.abc import Mapping
from typing import Final

from appliance.conversation.distribution import Distribution

# Told apart of one kind: the configuration has 16 providers at most, categories and causes are fewer.
# What comes beyond is counted together as `OTHER`.
MAX_LABELS = 32
# Of a label; names of providers have 32.
MAX_LABEL_CHARACTERS = 64
OTHER = "other"

LATENCY_PARTS: Final = ("endpoint", "provider", "playout", "total")

_COUNTS: Final = (
    "turns_opened",
    "turns_committed",
    "turns_discarded",
    "answers_started",
    "answers_complete",
    "answers_broken_off",
    "interruptions_confirmed",
    "interruptions_rejected",
    "failovers",
    "hedges",
    "errors",
    "device_losses",
    "devices_reopened",
)
_DURATIONS: Final = ("speech_sent", "answers_heard")


class _Labelled:
    """One sum, and the share that each label has of it; at most `MAX_LABELS` labels and `OTHER`."""

    def __init__(self) -> None:
        self.total: float = 0
        self.of: dict[str, float] = {}

    def add(self, amount: float, label: str) -> None:
        self.total += amount
        if not label:
            return
        label = label[:MAX_LABEL_CHARACTERS]
        if label not in self.of and len(self.of) >= MAX_LABELS:
            label = OTHER
        self.of[label] = self.of.get(label, 0) + amount


class Counters:
    """Counts what its event log says; a listener of `EventLog`. Belongs to one thread.

    Speech sent is what every provider was told, so that a turn told to two counts twice: the whole turn
    at its commit, and at a failover or a hedge what was told again. What a provider that was lost before
    the commit had been told is not in the log, nor is a turn that was never committed. Of an answer that
    several providers gave, each has the share that was heard of it.
    Memory is bounded, whatever comes; events of other kinds, and malformed ones, are passed over.
    """

    def __init__(self) -> None:
        self._sums = {name: _Labelled() for name in (*_COUNTS, *_DURATIONS)}
        self._waits = {part: Distribution() for part in LATENCY_PARTS}
        self._provider = ""  # who is asked
        self._answering = ""  # who began the last answer
        self._lost: set[str] = set()  # devices
        self._told_ms: dict[str, float] = {}  # of the current turn, to each provider

    def take(self, event: Mapping[str, object]) -> None:
        """Count one event of the log."""
        match event:
            case {"event": "session", "provider": str(provider)}:
                self._provider = provider
            case {"event": "turn_opened"}:
                self._count("turns_opened")
                self._told_ms.clear()
            case {"event": "turn_committed", "audio_ms": int() | float() as audio_ms}:
                self._count("turns_committed")
                self._told(self._provider, audio_ms)
            case {"event": "turn_discarded"}:
                self._count("turns_discarded")
            case {"event": "failover", "to": str(provider), "replayed_ms": int() | float() as replayed_ms}:
                self._count("failovers")
                self._provider = provider
                self._replayed(provider, replayed_ms)
            case {"event": "hedge", "second": str(second), "replayed_ms": int() | float() as replayed_ms}:
                self._count("hedges", second)
                self._replayed(second, replayed_ms)
            case {"event": "answer_started", "provider": str(provider)}:
                self._count("answers_started", provider)
                self._answering = provider
            case {"event": "answer_done", "heard_ms": int() | float() as heard_ms, "complete": complete}:
                self._count("answers_complete" if complete else "answers_broken_off")
                self._heard(heard_ms, event.get("shares_ms"))
            case {"event": "interruption", "decision": "confirmed" | "rejected" as decision, "cause": cause}:
                self._count(f"interruptions_{decision}", str(cause))
            case {"event": "error", "category": category}:
                times = event.get("times")
                self._sums["errors"].add(times if isinstance(times, int) else 1, str(category))
            case {"event": "device", "device": "microphone" | "loudspeaker" as device, "state": state}:
                self._device(device, lost=state == "lost")
            case {"event": "latency"}:
                self._waited(event)

    def snapshot(self) -> dict[str, int | float]:
        """Everything counted, by name: `turns_opened`, of it by label `errors.auth_failed`, durations in
        seconds `speech_sent_s.openai`, and `latency_PART_{last,sum,mean,max,p50,p95}_ms` of each part of it.

        All names without a label are always there. Without a latency (`latencies` is 0) they are all 0.
        """
        found: dict[str, int | float] = {}
        for name in _COUNTS:
            found[name] = int(self._sums[name].total)
            found |= {f"{name}.{label}": int(count) for label, count in self._sums[name].of.items()}
        for name in _DURATIONS:
            found[f"{name}_s"] = _seconds(self._sums[name].total)
            found |= {f"{name}_s.{label}": _seconds(ms) for label, ms in self._sums[name].of.items()}
        found["latencies"] = self._waits["total"].count
        for part, wait in self._waits.items():
            found[f"latency_{part}_last_ms"] = round(wait.last_ms, 1)
            found[f"latency_{part}_sum_ms"] = round(wait.sum_ms, 1)
            found[f"latency_{part}_mean_ms"] = round(wait.mean_ms, 1)
            found[f"latency_{part}_max_ms"] = round(wait.max_ms, 1)
            found[f"latency_{part}_p50_ms"] = round(wait.quantile_ms(0.5), 1)
            found[f"latency_{part}_p95_ms"] = round(wait.quantile_ms(0.95), 1)
        return found

    def _device(self, device: str, *, lost: bool) -> None:
        if not lost:
            if device in self._lost:
                self._count("devices_reopened", device)
            self._lost.discard(device)
        elif device not in self._lost:  # else why it is lost is told once more
            self._lost.add(device)
            self._count("device_losses", device)

    def _count(self, name: str, label: str = "") -> None:
        self._sums[name].add(1, label)

    def _heard(self, heard_ms: float, shares_ms: object) -> None:
        shares = shares_ms if isinstance(shares_ms, dict) else {self._answering: heard_ms}
        for provider, share_ms in shares.items():
            if isinstance(share_ms, int | float):
                self._sums["answers_heard"].add(share_ms, str(provider))

    def _told(self, provider: str, so_far_ms: float) -> None:
        """This provider was told the current turn up to here; a turn may be committed again."""
        told_ms = self._told_ms.get(provider, 0.0)
        self._sums["speech_sent"].add(max(so_far_ms - told_ms, 0.0), provider)
        if provider in self._told_ms or len(self._told_ms) < MAX_LABELS:
            self._told_ms[provider] = max(so_far_ms, told_ms)

    def _replayed(self, provider: str, replayed_ms: float) -> None:
        """A session that knew nothing of the current turn was told it up to here; with nothing, it knew."""
        if replayed_ms > 0:
            self._told_ms.pop(provider, None)
        self._told(provider, replayed_ms)

    def _waited(self, event: Mapping[str, object]) -> None:
        parts = {part: event.get(f"{part}_ms") for part in LATENCY_PARTS}
        for part, wait_ms in parts.items():
            if isinstance(wait_ms, int | float):
                # The log's clocks agree to some milliseconds only: a wait of nothing may be less than that.
                self._waits[part].add(max(float(wait_ms), 0.0))


def _seconds(ms: float) -> float:
    return round(ms / 1000, 3)
