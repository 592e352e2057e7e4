"""What `status` says of those who may answer."""

import io
from datetime import UTC, datetime, time

from appliance.service.event_log import EventLog
from appliance.service.live.live_controls import UNUSED, LiveControls
from tests.service.stage import ScriptedProvider, play, silence


def test_providers_are_in_the_order_in_which_they_are_tried_also_before_anybody_turned_to_them() -> None:
    assembly = play(silence(300), successors=[ScriptedProvider([]), ScriptedProvider([])]).assembly
    log = EventLog(io.StringIO())
    controls = LiveControls(assembly, log, lambda: 0, dict, [])
    log.write(0, "provider", name="successor-2", link="ready", reason="")
    log.write(1, "provider", name="scripted", link="down", reason="session_closed")
    assert [(one.name, one.link, one.reason) for one in controls.status().providers] == [
        ("scripted", "down", "session_closed"),
        ("successor-1", UNUSED, ""),
        ("successor-2", "ready", ""),
    ]


def test_a_provider_that_was_let_go_before_it_was_needed_is_not_shown_as_down() -> None:
    assembly = play(silence(300), successors=[ScriptedProvider([])]).assembly
    log = EventLog(io.StringIO())
    controls = LiveControls(assembly, log, lambda: 0, dict, [])
    log.write(0, "provider", name="successor-1", link="connecting", reason="")
    log.write(1, "provider", name="successor-1", link="down", reason="")
    assert controls.status().providers[1].link == UNUSED


def test_who_is_stuck_does_not_hear_however_well_the_microphone_does() -> None:
    log = EventLog(io.StringIO())
    controls = LiveControls(play(silence(300)).assembly, log, lambda: 0, dict, [])
    log.write(0, "liveness", part="hearing", state="stuck", still_ms=1600)
    log.write(0, "liveness", part="playout", state="stuck", still_ms=5100)
    assert (controls.status().deaf, controls.status().mouthless) == ("hearing is stuck", "playout is stuck")
    log.write(1, "liveness", part="hearing", state="moving", still_ms=1700)
    assert controls.status().deaf == ""


def test_the_alarms_are_those_that_are_set_with_when_they_ring() -> None:
    now = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
    assembly = play(silence(300), now=lambda: now).assembly
    start = assembly.toolbox.reminders.alarms.start
    start(time(6, 45), frozenset({0, 4}), None, "school", now, known=True)
    start(time(9), frozenset(), None, "", now, known=False)
    alarms = LiveControls(assembly, EventLog(io.StringIO()), lambda: 0, dict, []).status().alarms
    assert [(one.at, one.weekdays, one.rings) for one in alarms] == [
        ("06:45", ["mon", "fri"], "2026-11-23T06:45+00:00"),
        ("09:00", [], ""),
    ]
