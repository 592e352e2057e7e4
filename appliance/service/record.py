"""What the conversation writes into the event log: time and conversation added to every line."""

from appliance.service.event_log import EventLog
from appliance.service.network.clock import StreamClock


class Record:
    """The event log of one conversation, without what was said, by whom ever, unless `keep_transcripts`."""

    def __init__(
        self, log: EventLog, clock: StreamClock, conversation: str, *, keep_transcripts: bool
    ) -> None:
        self._log = log
        self._clock = clock
        self._conversation = conversation
        self._keep_transcripts = keep_transcripts

    def now_ms(self) -> float:
        """The stream's time."""
        return self._clock.now_ms()

    def write(self, event: str, /, **fields: object) -> None:
        """Log `event` as happening now."""
        self.write_at(self._clock.now_ms(), event, **fields)

    def write_at(self, t_ms: float, event: str, /, **fields: object) -> None:
        """Log `event` as happening at `t_ms` of the stream."""
        if not self._keep_transcripts:
            if event == "transcript":
                return
            if event == "say":
                fields.pop("text", None)
        self._log.write(t_ms, event, conversation=self._conversation, **fields)
