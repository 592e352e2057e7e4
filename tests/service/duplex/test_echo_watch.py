"""What is told of the echo, and when."""

from typing import Any

from appliance.hearing.echo.echo_measure import EchoMeasure, EchoVerdict
from appliance.service.control.controls import EchoStatus
from appliance.service.duplex.echo_watch import EchoWatch


class Stage:
    measure = EchoMeasure()


def watched() -> tuple[Stage, EchoWatch, list[dict[str, Any]]]:
    told: list[dict[str, Any]] = []
    stage = Stage()
    return stage, EchoWatch(stage, lambda event, **fields: told.append({"event": event, **fields})), told


def test_a_verdict_is_told_once_with_what_was_measured() -> None:
    stage, watch, told = watched()
    watch.look()
    stage.measure = EchoMeasure(EchoVerdict.CANCELLED, True, -3.456, 31.24, -58.0, -61.0)
    watch.look()
    watch.look()
    assert told == [
        {
            "event": "echo",
            "state": "cancelled",
            "echo_db": -3.5,
            "erle_db": 31.2,
            "residual_dbfs": -58.0,
            "noise_dbfs": -61.0,
        }
    ]


def test_every_other_verdict_is_news_and_learning_anew_is_none() -> None:
    stage, watch, told = watched()
    for verdict in (EchoVerdict.WEAK, EchoVerdict.LEARNING, EchoVerdict.WEAK, EchoVerdict.NO_REFERENCE):
        stage.measure = EchoMeasure(verdict)
        watch.look()
    assert [event["state"] for event in told] == ["weak", "no_reference"]


def test_the_status_has_what_is_known() -> None:
    stage, watch, _ = watched()
    stage.measure = EchoMeasure(EchoVerdict.CANCELLED, True, -3.456, 31.24, -58.0)
    assert watch.status() == EchoStatus("cancelled", -3.5, 31.2, -58.0, None)


def test_where_nothing_is_cancelled_nothing_is_told() -> None:
    watch = EchoWatch(None, lambda event, **fields: None)
    watch.look()
    assert watch.measure is None
    assert watch.status() is None
