"""A better provider is tried in the background, so that nobody's session is taken away for nothing."""

import asyncio
from collections.abc import Callable, Sequence

from appliance.conversation.vocabulary import Failure, LinkState, ProviderEvent, Ready, SessionConfig
from appliance.errors import FailureCategory
from appliance.providers.asking import Asking
from appliance.providers.held_session import Closings, HeldSession, Provider, end_session
from appliance.providers.standing import Standing

# Twice what a session may take to become ready; nobody waits for it.
PROBE_TIMEOUT_S = 10.0


class Probes:
    """Tries one provider at a time; its session is closed as soon as it would take turns."""

    def __init__(
        self,
        providers: Sequence[Provider],
        standing: Standing,
        closings: Closings,
        asking: Asking,
        now_s: Callable[[], float],
    ) -> None:
        self._providers = providers
        self._standing = standing
        self._closings = closings
        self._asking = asking
        self._now_s = now_s
        self._settled: asyncio.Event | None = None  # of who is tried; none if that does not matter

    def start(self, held: HeldSession, config: SessionConfig) -> None:
        """Try whoever is better than the one in use, whose tenure learns what comes of it."""
        better = self._standing.better_than(held.index)
        if better is None:
            self._try_later(held)
            return
        held.tenure.probe_after(None, self._now_s())
        self._settled = settled = asyncio.Event()
        self._closings.add(better, asyncio.create_task(self._try(held, better, config, settled)))

    def stop(self) -> None:
        """What is tried does not matter any more; its session is closed in its own way (`closings`)."""
        if self._settled is not None:
            self._settled.set()
            self._settled = None

    async def _try(
        self, held: HeldSession, better: int, config: SessionConfig, settled: asyncio.Event
    ) -> None:
        provider = self._providers[better]
        self._asking.link(provider.name, LinkState.CONNECTING, background=True)
        failure = await _why_not(provider, config, settled)
        if settled is not self._settled:
            return
        if failure is not None:
            failure = self._standing.named(better, failure)
            self._standing.probe_failed(better, failure)
            self._asking.down(provider.name, failure, background=True)
            self._try_later(held)
        else:
            self._asking.link(provider.name, LinkState.READY, background=True)
            held.tenure.better_is_there()
        held.look()

    def _try_later(self, held: HeldSession) -> None:
        held.tenure.probe_after(self._standing.failback_after_s(held.index), self._now_s())


async def _why_not(provider: Provider, config: SessionConfig, settled: asyncio.Event) -> Failure | None:
    """Why no session can be had with this provider; None where one can. Once it is `settled`, which it may
    be from outside, the session is closed."""
    session = provider.open()
    told: list[ProviderEvent] = []

    def listen(event: ProviderEvent) -> None:
        if isinstance(event, Ready | Failure):
            told.append(event)
            settled.set()

    task = asyncio.create_task(session.run(config, (), listen))
    task.add_done_callback(lambda _: settled.set())
    try:
        async with asyncio.timeout(PROBE_TIMEOUT_S):
            await settled.wait()
    except TimeoutError:
        told.append(Failure(FailureCategory.TIMED_OUT, f"no session within {PROBE_TIMEOUT_S:g} s"))
    finally:
        await end_session(session, task)
    first = told[0] if told else Failure(FailureCategory.SESSION_CLOSED, "the session ended at once")
    return first if isinstance(first, Failure) else None
