"""What was said leaves the house in no log, unless the owner wants it to."""

import io
import json

import pytest

from appliance.service.event_log import EventLog
from appliance.service.network.clock import TickerClock
from appliance.service.record import Record


@pytest.mark.parametrize("keep", [True, False])
def test_words_are_logged_only_where_they_are_to_be_kept(keep: bool) -> None:
    lines = io.StringIO()
    log = EventLog(lines)
    record = Record(log, TickerClock(), "c-1", keep_transcripts=keep)
    record.write("transcript", turn=1, role="user", text="my secret", final=True)
    record.write("say", text="your secret", duration_ms=900)
    log.close()
    events = [json.loads(line) for line in lines.getvalue().splitlines()]
    assert [event["event"] for event in events] == (["transcript", "say"] if keep else ["say"])
    assert events[-1]["duration_ms"] == 900
    assert ("secret" in lines.getvalue()) is keep
