"""What `status` says of those who may answer."""

import io

from appliance.service.event_log import EventLog
from appliance.service.live_controls import UNUSED, LiveControls
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
