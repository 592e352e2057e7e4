"""Pictures show what the table says, and a document names its origin."""

import xml.etree.ElementTree as ET

from tests.listening.document import text
from tests.listening.drawing import Axis, look
from tests.listening.measures import Measure
from tests.listening.pictures import condition_picture, curve_picture, points
from tests.listening.run import Record

SVG = "{http://www.w3.org/2000/svg}"


def measure(condition: str, level: str, name: str, value: float, unit: str = "ms") -> Measure:
    return Measure(condition, level, name, unit, value, (value * 0.8, value * 1.2), 40, None)


SOME = {
    "ours": [
        measure("sentence", "all", "end of turn after, p50", 280),
        measure("sentence", "all", "end of turn after, p95", 800),
        measure("pause", "all", "cut off", 2, "%"),
    ],
    "pipecat, stop 0.4 s": [
        measure("sentence", "all", "end of turn after, p50", 450),
        measure("sentence", "all", "end of turn after, p95", 3100),
        measure("pause", "all", "cut off", 12, "%"),
    ],
}


def test_every_number_is_a_mark_and_has_its_interval() -> None:
    root = ET.fromstring(condition_picture("sentence", SOME))
    assert len(root.findall(f"{SVG}circle")) == 2 + 1  # p50 and p95 of ours, and the legend
    assert len(root.findall(f"{SVG}rect")) == 1 + 2 + 1  # the paper, the peer's, and the legend
    bars = [line for line in root.findall(f"{SVG}line") if line.get("stroke-width") == "2.2"]
    assert len(bars) == 4


def test_what_is_greater_is_higher() -> None:
    root = ET.fromstring(
        condition_picture(
            "sentence",
            {"ours": [measure("sentence", level, "x", value) for level, value in (("a", 10), ("b", 90))]},
        )
    )
    legend, low, high = (float(mark.get("cy", 0)) for mark in root.findall(f"{SVG}circle"))
    assert legend < high < low


def test_the_curve_has_a_point_for_everybody() -> None:
    assert [point.name for point in points(SOME)] == ["ours", "pipecat, stop 0.4 s"]
    words = [word.text for word in ET.fromstring(curve_picture(SOME)).findall(f"{SVG}text")]
    assert "stop 0.4 s" in words


def test_no_two_systems_look_alike() -> None:
    looks = look([f"system {n}" for n in range(8)])
    assert len(set(looks.values())) == 8


def test_ticks_are_round_and_within_the_axis() -> None:
    assert Axis(1060, 0, 100).ticks() == [0, 250, 500, 750, 1000]
    assert Axis(10.5, 0, 100).ticks() == [0, 2.5, 5, 7.5, 10]


def test_the_document_says_where_its_numbers_come_from() -> None:
    record = Record("abc1234", "2026-01-02", "2 cores", "v1", 4, 0.2)
    record.cases["development"] = (152, 90)
    record.measures["development"] = {name: list(found) for name, found in SOME.items()}
    record.skipped["livekit"] = "it is not installed"
    written = text(record)
    assert "commit abc1234" in written
    assert "one case of 4" in written
    assert "The held-out half was not heard" in written
    assert "livekit was skipped: it is not installed." in written
    assert "152 cases, 90 of them in real voices" in written
