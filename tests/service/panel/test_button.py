"""Edges of a button become a press and a tap, or a press that was held."""

from appliance.conversation.vocabulary import Pressed, Released
from appliance.panel.gestures import TAP_MAX_MS
from appliance.service.panel.button import Button

TAP = TAP_MAX_MS * 16


def test_a_short_press_is_a_tap_and_a_long_one_is_held() -> None:
    told: list[Pressed | Released] = []
    button = Button(told.append)
    button.down(1000)
    button.up(1000 + TAP)
    button.down(50_000)
    button.up(50_001 + TAP)
    assert told == [
        Pressed(1000),
        Released(1000 + TAP, held=False),
        Pressed(50_000),
        Released(50_001 + TAP, held=True),
    ]


def test_edges_that_bounce_are_told_once() -> None:
    told: list[Pressed | Released] = []
    button = Button(told.append)
    button.up(1)
    button.down(100)
    button.down(101)
    button.up(9000)
    button.up(9001)
    assert told == [Pressed(100), Released(9000, held=True)]
