"""The card of a loopback test is legible as text and as a picture, whatever stands on it."""

from xml.etree import ElementTree

from appliance.service.bench.card import Hardware, card_svg, card_text
from appliance.service.bench.results import Row

HARDWARE = Hardware("Raspberry Pi 5", "Debian 13, kernel 6.12", "USB <Mic> & co", "Jack", "1.0", "2026-11-21")
ROWS = [
    Row("last word → first sound", "p50 880 ms", "p95 ≤ 1050 ms", True),
    Row("gaps in 3 answers", "2", "0", False),
    Row("clocks differ by", "3.2 ppm"),
]


def test_the_text_has_a_line_for_each_row_and_says_what_was_missed() -> None:
    lines = card_text(HARDWARE, ROWS).splitlines()
    assert lines[0] == "Voice appliance 1.0 on Raspberry Pi 5, 2026-11-21"
    assert lines[-3].endswith("kept (p95 ≤ 1050 ms)")
    assert lines[-2].endswith("MISSED (0)")
    assert lines[-1].endswith("3.2 ppm")


def test_the_picture_is_well_formed_and_tells_by_words_what_it_tells_by_colour() -> None:
    root = ElementTree.fromstring(card_svg(HARDWARE, ROWS))
    texts = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert "hears with USB <Mic> & co, speaks through Jack" in texts
    assert [texts.count("kept"), texts.count("missed")] == [1, 1]
    assert {"2", "0", "3.2 ppm"} <= set(texts)


def test_a_card_without_rows_is_a_card() -> None:
    root = ElementTree.fromstring(card_svg(HARDWARE, []))
    texts = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert "hears with USB <Mic> & co, speaks through Jack" in texts
    assert not {"kept", "missed"} & set(texts)
