"""What Prometheus is told is what its own parser and its naming rules accept."""

from collections.abc import Mapping
from dataclasses import replace

from prometheus_client.parser import text_string_to_metric_families

from appliance.conversation.counters import Counters
from appliance.service.control.controls import Status
from appliance.service.metrics.exposition import exposition
from appliance.service.metrics.families import families_of
from tests.service.control.fake_controls import STATUS

# Not base units.
NO_UNITS = ("_ms", "_s", "_hz", "_db", "percent")

Key = tuple[str, frozenset[tuple[str, str]]]


def parsed(status: Status) -> dict[Key, float]:
    text = exposition(families_of(status)).decode()
    return {
        (sample.name.removeprefix("voice_appliance_"), frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def key(name: str, **labels: str) -> Key:
    return name, frozenset(labels.items())


def counting(*events: Mapping[str, object]) -> Status:
    counters = Counters()
    for event in events:
        counters.take(event)
    return replace(STATUS, counters=counters.snapshot())


def test_a_state_is_a_one_among_zeros() -> None:
    found = parsed(replace(STATUS, phase="speaking", muted=True))
    assert found[key("phase", phase="speaking")] == 1
    assert found[key("phase", phase="idle")] == 0
    assert found[key("muted")] == 1
    assert found[key("provider_ready", provider="offline")] == 1
    assert found[key("device_ready", device="loudspeaker")] == 0
    assert found[key("can_be_heard")] == 0
    assert found[key("build_info", version="0.1.0")] == 1


def test_durations_are_seconds_and_told_apart_by_whom_they_went_to() -> None:
    found = parsed(
        counting(
            {"event": "session", "state": "started", "provider": "openai"},
            {"event": "turn_opened", "turn": 1},
            {"event": "turn_committed", "turn": 1, "audio_ms": 2310, "cause": "silence"},
            {"event": "error", "category": "auth_failed"},
        )
    )
    assert found[key("speech_sent_seconds_total", provider="openai")] == 2.31
    assert found[key("errors_total", category="auth_failed")] == 1
    assert found[key("turns_opened_total")] == 1


def test_what_nobody_is_named_for_is_counted_all_the_same() -> None:
    found = parsed(replace(STATUS, counters={"errors": 3, "errors.timed_out": 2}))
    assert found[key("errors_total", category="timed_out")] == 2
    assert found[key("errors_total", category="")] == 1


def test_a_wait_is_a_summary_of_seconds() -> None:
    waits = {"endpoint_ms": 800, "provider_ms": 300, "playout_ms": 60, "total_ms": 1160}
    found = parsed(counting({"event": "latency", **waits}, {"event": "latency", **waits, "total_ms": 2000}))
    assert found[key("latency_seconds_count", part="total")] == 2
    assert found[key("latency_seconds_sum", part="total")] == 3.16
    assert abs(found[key("latency_seconds", part="total", quantile="0.5")] - 1.16) < 0.03
    assert abs(found[key("latency_seconds", part="total", quantile="0.95")] - 2.0) < 0.05


def test_a_counter_that_no_event_tells_of_is_there_in_base_units() -> None:
    found = parsed(replace(STATUS, counters={"concealed_ms": 1500, "hearing_overrun_samples": 7}))
    assert found[key("concealed_seconds_total")] == 1.5
    assert found[key("hearing_overrun_samples_total")] == 7


def test_money_has_its_currency() -> None:
    found = parsed(STATUS)
    assert found[key("cost_total", provider="openai", currency="EUR")] == 0.9
    assert found[key("money_limit", period="day", currency="EUR")] == 1.0
    assert found[key("usage_total", provider="openai", unit="output_audio_ms")] == 60_000


def test_names_are_those_that_prometheus_wants() -> None:
    families = list(families_of(counting()))
    names = [family.name for family in families]
    assert len(set(names)) == len(names)
    for family in families:
        assert not family.name.endswith(NO_UNITS), family.name
        assert not family.name.endswith("_total"), family.name
        assert {sample.suffix for sample in family.samples} <= {
            "counter": {"_total"},
            "summary": {"", "_sum", "_count"},
            "info": {"_info"},
            "gauge": {""},
        }[family.kind]


def test_the_process_itself_is_measured() -> None:
    text = exposition(families_of(STATUS)).decode()
    found = {family.name for family in text_string_to_metric_families(text)}
    assert {"process_resident_memory_bytes", "process_open_fds"} <= found
