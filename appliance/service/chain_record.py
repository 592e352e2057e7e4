"""What the chain says of its providers, written down."""

from appliance.conversation.vocabulary import FailedOver, Hedged, LinkChanged, LinkState
from appliance.service.error_pacing import ErrorPacing
from appliance.service.record import Record


class ChainRecord:
    """Of a provider that fails again and again the tries are written with its errors: now and then, with how
    often it failed, and at once where it says something else. Belongs to the event loop."""

    def __init__(self, record: Record) -> None:
        self._record = record
        self._pacing = ErrorPacing()
        self._fails: dict[str, str] = {}  # by provider: why, until it is ready

    def link(self, event: LinkChanged) -> None:
        """How a provider's link stands, and what went wrong."""
        times, fails = 0, event.provider in self._fails
        cause = {"cause": event.cause} if event.cause is not None else {}
        if event.message:
            self._fails[event.provider] = event.reason
            kind = event.provider, event.reason
            times = self._pacing.times(kind, self._record.now_ms(), event.message)
        elif event.link is LinkState.READY:
            self._fails.pop(event.provider, None)
        if times or not fails or not self._persists(event.provider):
            self._record.write("provider", name=event.provider, link=event.link, reason=event.reason, **cause)
        if times:
            many = {"times": times} if times > 1 else {}
            self._record.write(
                "error",
                category=event.reason,
                provider=event.provider,
                message=event.message,
                **cause,
                **many,
            )

    def _persists(self, provider: str) -> bool:
        reason = self._fails.get(provider)
        return reason is not None and self._pacing.persists((provider, reason))

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
