"""Workers that stand by are told of when they are lost, and not when we end them."""

import asyncio

from appliance.conversation.vocabulary import LinkChanged, LinkState
from appliance.errors import FailureCategory
from appliance.providers.offline.keeper import OfflineWorker
from appliance.providers.offline.options import OfflineOptions
from appliance.service.providers.offline_workers import OfflineWorkers


async def test_a_start_that_we_end_ourselves_is_nobodys_failure() -> None:
    told: list[LinkChanged] = []
    workers = OfflineWorkers({"offline": OfflineWorker()}, ["openai", "offline"], told.append)
    warming = workers.warm_up()
    await asyncio.sleep(0)  # the start is under way
    ending = workers.stop()
    await asyncio.wait({*warming, *ending})
    assert [change.link for change in told] == [LinkState.CONNECTING]


async def test_a_start_that_fails_is_told_with_its_reason() -> None:
    told: list[LinkChanged] = []
    worker = OfflineWorker(OfflineOptions(voice="nobody's"))
    workers = OfflineWorkers({"offline": worker}, ["openai", "offline"], told.append)
    await asyncio.wait(workers.warm_up())
    assert [change.link for change in told] == [LinkState.CONNECTING, LinkState.DOWN]
    assert told[1].reason is FailureCategory.MODEL_UNAVAILABLE
    await asyncio.wait(workers.stop())
