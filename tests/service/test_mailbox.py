"""What the audio threads tell arrives in order; beyond the bound it is dropped and counted."""

import asyncio

from appliance.service.mailbox import MAX_WAITING, Mailbox


def test_events_arrive_in_order_and_the_newest_beyond_the_bound_are_counted() -> None:
    delivered: list[int] = []

    async def post_too_many() -> Mailbox[int]:
        mailbox = Mailbox(asyncio.get_running_loop(), delivered.append)
        for number in range(MAX_WAITING + 3):
            mailbox.post(number)
        await asyncio.sleep(0)
        return mailbox

    mailbox = asyncio.run(post_too_many())
    assert delivered == list(range(MAX_WAITING))
    assert mailbox.gauges() == {"dropped_events": 3}
