"""The metrics of a running appliance, where its owner has given them a port."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

from appliance.service.control.controls import Status
from appliance.settings.metrics import Metrics


@asynccontextmanager
async def offering(
    wanted: Metrics, status: Callable[[], Status], tell_owner: Callable[[str], None]
) -> AsyncIterator[None]:
    """Have Prometheus answered until the block is left; without a port nothing is even imported. A port that
    cannot be used is told to the owner, and everything else goes on."""
    if not wanted.port:
        yield
        return
    from appliance.service.metrics.exposition import CONTENT_TYPE, exposition
    from appliance.service.metrics.families import families_of
    from appliance.service.metrics.server import PortError, serving

    def text() -> bytes:
        return exposition(families_of(status()))

    async with AsyncExitStack() as stack:
        try:
            await stack.enter_async_context(serving(wanted.address, wanted.port, text, CONTENT_TYPE))
        except PortError as error:
            tell_owner(f"{error}; it goes on without them")
        yield
