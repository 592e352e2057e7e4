"""A status as families of samples, with the names and base units that Prometheus wants. Pure."""

from collections.abc import Iterator, Mapping
from typing import Final, Literal, NamedTuple

from appliance.conversation.counters import LATENCY_PARTS
from appliance.conversation.machine import Phase
from appliance.service.control.controls import Status
from appliance.service.money.money_status import MoneyStatus

PREFIX: Final = "voice_appliance"

Kind = Literal["counter", "gauge", "summary", "info"]
Labels = Mapping[str, str]
# Counters that are told apart, by their name in the status: what the label behind the dot is.
_LABELS: Final = {
    "answers_started": "provider",
    "answers_heard_s": "provider",
    "device_losses": "device",
    "devices_reopened": "device",
    "errors": "category",
    "hedges": "provider",
    "interruptions_confirmed": "cause",
    "interruptions_rejected": "cause",
    "speech_sent_s": "provider",
}
_QUANTILES: Final = {"p50": "0.5", "p95": "0.95"}


class Sample(NamedTuple):
    """A value; `suffix` is added to the name of its family."""

    suffix: str
    labels: Labels
    value: float


class Family(NamedTuple):
    """Samples of one name. Of a counter the name has no `_total`: its samples' suffix is that."""

    name: str
    kind: Kind
    help: str
    samples: tuple[Sample, ...]


def families_of(status: Status) -> Iterator[Family]:
    """Everything of `status` that is a number or a state."""
    yield _family("build", "info", "The version.", Sample("_info", {"version": status.version}, 1))
    yield _gauge("uptime_seconds", "Since the appliance was started.", status.uptime_s)
    yield Family(
        f"{PREFIX}_phase",
        "gauge",
        "1 for the phase of the conversation, 0 for the others.",
        tuple(Sample("", {"phase": phase}, phase == status.phase) for phase in Phase),
    )
    yield _gauge("muted", "1 while somebody wishes that it hears nothing.", status.muted)
    yield _gauge("can_hear", "1 while it can hear.", not status.deaf)
    yield _gauge("can_be_heard", "1 while it can be heard.", not status.mouthless)
    yield _gauge("volume_ratio", "Of the loudspeaker, 0 to 1.", status.volume / 100)
    yield _gauge("timers", "Timers that run.", len(status.timers))
    yield _gauge("alarms", "Alarms that are set.", len(status.alarms))
    yield from _who_and_what(status)
    yield from _counted(status.counters)
    yield _latency(status.counters)
    if status.money is not None:
        yield from _money(status.money)


def _who_and_what(status: Status) -> Iterator[Family]:
    providers, devices = status.providers, status.devices
    for name, says, samples in (
        (
            "provider_ready",
            "1 for a provider whose link is ready.",
            [Sample("", {"provider": one.name}, one.link == "ready") for one in providers],
        ),
        (
            "provider_current",
            "1 for the provider that is asked.",
            [Sample("", {"provider": one.name}, one.current) for one in providers],
        ),
        (
            "device_ready",
            "1 for a device that works.",
            [Sample("", {"device": one.device}, one.state == "ready") for one in devices],
        ),
    ):
        yield Family(f"{PREFIX}_{name}", "gauge", says, tuple(samples))


def _counted(counters: Mapping[str, int | float]) -> Iterator[Family]:
    for name, value in counters.items():
        if "." in name or name.startswith("latenc"):
            continue
        metric, factor, words = _in_base_units(name)
        shares = _shares(counters, name) if name in _LABELS else {}
        samples = [Sample("_total", {_LABELS[name]: of}, share * factor) for of, share in shares.items()]
        if name not in _LABELS:
            samples = [Sample("_total", {}, value * factor)]
        yield Family(f"{PREFIX}_{metric}", "counter", f"So far: {words}.", tuple(samples))


def _shares(counters: Mapping[str, int | float], name: str) -> Mapping[str, float]:
    """What each label has of a counter, and what has none."""
    shares = {key.partition(".")[2]: counters[key] for key in counters if key.startswith(f"{name}.")}
    rest = round(counters[name] - sum(shares.values()), 3)  # durations have thousandths
    return {**shares, "": rest} if rest > 0 else shares


def _in_base_units(name: str) -> tuple[str, float, str]:
    """A counter's name with its base unit, by how much its value is multiplied for that, and its words."""
    stem, _, unit = name.rpartition("_")
    match unit:
        case "s":
            return f"{stem}_seconds", 1, f"{stem.replace('_', ' ')}, in seconds"
        case "ms":
            return f"{stem}_seconds", 0.001, f"{stem.replace('_', ' ')}, in seconds"
        case _:
            return name, 1, name.replace("_", " ")


def _latency(counters: Mapping[str, int | float]) -> Family:
    samples = []
    count = counters.get("latencies", 0)
    for part in LATENCY_PARTS:
        for statistic, quantile in _QUANTILES.items():
            seconds = counters.get(f"latency_{part}_{statistic}_ms", 0) / 1000
            samples.append(Sample("", {"part": part, "quantile": quantile}, seconds))
        total_s = counters.get(f"latency_{part}_sum_ms", 0) / 1000
        samples += [Sample("_sum", {"part": part}, total_s), Sample("_count", {"part": part}, count)]
    return _family(
        "latency_seconds", "summary", "How long somebody waited for an answer, and for what part.", *samples
    )


def _money(money: MoneyStatus) -> Iterator[Family]:
    spent = {"day": money.today, "month": money.this_month}
    limits = {"day": money.daily_limit, "month": money.monthly_limit}
    currency = {"currency": money.currency}
    for name, says, amounts in (
        ("money_spent", "Spent in this day and this month.", spent),
        ("money_limit", "What may be spent in a day and a month; 0: there is no limit.", limits),
    ):
        samples = [Sample("", {"period": period, **currency}, amount) for period, amount in amounts.items()]
        yield _family(name, "gauge", says, *samples)
    costs = [
        Sample("_total", {"provider": one.name, **currency}, one.cost)
        for one in money.providers
        if one.cost is not None
    ]
    yield _family("cost", "counter", "What the answers since the start cost, where prices are known.", *costs)
    used = [
        Sample("_total", {"provider": one.name, "unit": unit}, count)
        for one in money.providers
        for unit, count in one.counts.items()
    ]
    yield _family("usage", "counter", "What the providers counted since the start, by unit.", *used)


def _family(name: str, kind: Kind, says: str, *samples: Sample) -> Family:
    return Family(f"{PREFIX}_{name}", kind, says, samples)


def _gauge(name: str, says: str, value: float) -> Family:
    return _family(name, "gauge", says, Sample("", {}, value))
