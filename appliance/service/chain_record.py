"""What the chain says of its providers, written down."""

from appliance.conversation.vocabulary import FailedOver, Hedged, LinkChanged
from appliance.service.error_pacing import ErrorPacing
from appliance.service.record import Record


class ChainRecord:
    """Belongs to the event loop."""

    def __init__(self, record: Record) -> None:
        self._record = record
        self._pacing = ErrorPacing()

    def link(self, event: LinkChanged) -> None:
        """How a provider's link stands; and what went wrong, where that is not the same again and again."""
        self._record.write("provider", name=event.provider, link=event.link, reason=event.reason)
        if not event.message:
            return
        times = self._pacing.times((event.provider, event.reason), self._record.now_ms())
        if times:
            many = {"times": times} if times > 1 else {}
            self._record.write(
                "error", category=event.reason, provider=event.provider, message=event.message, **many
            )

    def failover(self, event: FailedOver, turn: int | None) -> None:
        """The chain goes on with another provider; in `turn`, if there is one."""
        self._record.write(
            "failover",
            **{"turn": turn, "from": event.origin, "to": event.target},
            reason=event.reason,
            replayed_ms=event.replayed_ms,
        )

    def hedge(self, event: Hedged, turn: int) -> None:
        """Another provider is asked as well."""
        self._record.write(
            "hedge", turn=turn, first=event.first, second=event.second, replayed_ms=event.replayed_ms
        )
