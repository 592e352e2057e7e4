"""Edges come from another thread, as fast as they like."""

import asyncio
import threading

from appliance.panel.gestures import Gestures
from appliance.panel.hand import Meaning, Standing
from appliance.service.panel.panel_button import MAX_EDGES, PanelButton


async def test_an_edge_from_another_thread_acts_on_the_loop() -> None:
    loop, acted = asyncio.get_running_loop(), asyncio.Event()
    threads: list[threading.Thread] = []

    def act(meaning: Meaning, at_s: float) -> None:
        threads.append(threading.current_thread())
        acted.set()

    button = PanelButton(Gestures(40_000), lambda: Standing.FREE, act, lambda: None, loop)
    threading.Thread(target=button.edge, args=(True,)).start()
    await asyncio.wait_for(acted.wait(), 5)
    assert threads == [threading.main_thread()]
    assert button.is_down
    button.close()


async def test_of_a_line_that_is_noise_the_newest_edge_counts() -> None:
    """While the loop is busy 10 000 edges come: it is called once, and knows how the contact stands."""
    now_s = [0.0]
    meant: list[Meaning] = []
    loop = asyncio.get_running_loop()
    button = PanelButton(
        Gestures(40_000),
        lambda: Standing.FREE,
        lambda meaning, at_s: meant.append(meaning),
        lambda: None,
        loop,
        clock=lambda: now_s[0],
    )
    for number in range(10_001):
        now_s[0] = number / 10_000
        button.edge(number % 2 == 0)
    await asyncio.sleep(0)
    assert button.is_down
    assert meant.count(Meaning.PRESS) <= MAX_EDGES
    button.close()
