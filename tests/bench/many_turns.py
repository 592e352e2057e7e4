"""Ten thousand turns in virtual time: `python -m tests.bench.many_turns [--turns N] [--seed N]`.

The chain, its sessions and codecs against the simulators of two vendors over links in the process, which
refuse, break and go mute by chance; the person interrupts one turn of five, and the model calls a tool in one
of ten. Each turn must end, and reach a server to the last sample; what the process holds must not grow, and
in the end no task, thread or socket may be left. Exit 1 where that is not so.
"""

import argparse
import asyncio
import os
import random
import sys
import threading
import time
from dataclasses import dataclass, field

from pydantic import SecretStr

from appliance.conversation import vocabulary as v
from appliance.providers.chain import Chain, Provider
from appliance.providers.gemini.session import GeminiOptions, GeminiProvider
from appliance.providers.openai.session import OpenAiOptions, open_openai
from tests.bench.many_links import Network, Serve, in_place_of_sockets
from tests.bench.many_person import CONFIG, Account, End, Person
from tests.bench.many_servers import Servers
from tests.bench.soak import resident_kb
from tests.bench.soak_time import VirtualLoop
from tests.bench.table import Row, render

TURNS = 10_000
# By then everything was used once, and the history is full.
SETTLED = 1000
MEMORY_EVERY = 250
GROWTH_KB = 5 * 1024
# Where nobody can be asked, the person is told so: all three failed in one turn, or rest since the last one.
GIVEN_UP_SHARE = 0.01
KEY = SecretStr("sk-many")


@dataclass
class Ran:
    """What came of it."""

    account: Account = field(default_factory=Account)
    connections: int = 0
    refused: int = 0
    mistakes: list[str] = field(default_factory=list)
    memory_kb: list[int] = field(default_factory=list)
    left_over: list[str] = field(default_factory=list)
    took_s: float = 0.0
    virtual_s: float = 0.0

    @property
    def growth_kb(self) -> int:
        """The highest after it had settled, above the first."""
        return max(self.memory_kb) - self.memory_kb[0] if self.memory_kb else 0


def run(turns: int = TURNS, seed: int = 0) -> Ran:
    """Take them all, and look at what is left."""
    threads, sockets = set(threading.enumerate()), _sockets()
    ran = Ran()
    began_s = time.monotonic()
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        runner.run(_talk(ran, turns, seed))
    ran.took_s = time.monotonic() - began_s
    ran.left_over += [f"thread {thread.name}" for thread in set(threading.enumerate()) - threads]
    ran.left_over += [f"socket {name}" for name in _sockets() - sockets]
    return ran


async def _talk(ran: Ran, turns: int, seed: int) -> None:
    loop = asyncio.get_running_loop()
    servers, person = Servers(seed), Person(seed)
    serve: dict[str, Serve] = {
        "127.0.0.1": servers.openai,
        "127.0.0.2": servers.gemini,
        "127.0.0.3": servers.openai,
    }
    network = Network(serve, seed)
    person.chain = Chain(
        _providers(),
        CONFIG,
        person.history.items,
        person.hear,
        said=person.history.reply,
        now_s=loop.time,
        chance=random.Random(f"chain {seed}").random,
        resting=lambda: True,
    )
    with in_place_of_sockets(network):
        running = asyncio.create_task(person.chain.run())
        for number in range(1, turns + 1):
            await person.take_turn()
            if number >= SETTLED and number % MEMORY_EVERY == 0:
                ran.memory_kb.append(resident_kb())
        person.chain.send(v.CloseSession())
        await running
    ran.left_over += [f"task {task.get_name()}" for task in asyncio.all_tasks() - {asyncio.current_task()}]
    ran.account, ran.mistakes = person.account, servers.mistakes
    ran.connections, ran.refused = network.connections, network.refused
    ran.virtual_s = loop.time()


def _providers() -> list[Provider]:
    gemini = GeminiProvider(GeminiOptions(KEY, url="ws://127.0.0.2:1/live"))
    return [
        Provider("openai", lambda: open_openai(OpenAiOptions(KEY, url="ws://127.0.0.1:1/v1/realtime"))),
        Provider("gemini", gemini.open),
        Provider("other", lambda: open_openai(OpenAiOptions(KEY, url="ws://127.0.0.3:1/v1/realtime"))),
    ]


def _sockets() -> set[str]:
    """What this process has open that is a socket, by name and number."""
    found = set()
    for number in os.listdir("/proc/self/fd"):
        try:
            name = os.readlink(f"/proc/self/fd/{number}")
        except OSError:
            continue  # the listing's own
        if name.startswith("socket:"):
            found.add(f"{number} {name}")
    return found


def rows(ran: Ran) -> list[Row]:
    """Turns, memory and what is left over."""
    account = ran.account
    ends = ", ".join(f"{account.ends[end]} {end.value}" for end in End if account.ends[end])
    well = (
        account.turns > 0
        and not account.ends[End.NEVER]
        and account.ends[End.GIVEN_UP] <= GIVEN_UP_SHARE * account.turns
        and not account.light_hearted
        and not ran.mistakes
    )
    return [
        Row(
            "turns in virtual time through chain and codecs: each ends, none is told in part",
            f"{account.turns}: {ends}; {account.failovers} changes of provider, {account.gone_on_with}"
            f" answers gone on with, {account.tools} calls of tools, {ran.connections} connections;"
            f" {len(ran.mistakes)} violations; {account.turns / ran.took_s:.0f} turns/s",
            f"all, ≤ {GIVEN_UP_SHARE:.0%} given up and none while somebody was left, 0 violations",
            well,
            {
                "turns": account.turns,
                "violations": len(ran.mistakes),
                "light_hearted": account.light_hearted,
                "took_s": round(ran.took_s, 1),
            }
            | {end.value.replace(" ", "_"): account.ends[end] for end in End},
        ),
        Row(
            "their memory, tasks, threads and sockets",
            f"{ran.growth_kb:+d} kB after the first {SETTLED}; {len(ran.left_over)} left over",
            f"≤ {GROWTH_KB} kB; 0",
            len(ran.memory_kb) > 1 and ran.growth_kb <= GROWTH_KB and not ran.left_over,
            {"growth_kb": ran.growth_kb, "left_over": len(ran.left_over)},
        ),
    ]


def main() -> None:
    """Exit 1 when a promise is missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.many_turns", description=__doc__)
    parser.add_argument("--turns", type=int, default=TURNS)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    ran = run(arguments.turns, arguments.seed)
    for what in (*ran.mistakes[:20], *ran.left_over[:20]):
        print(what, file=sys.stderr)
    found = rows(ran)
    print(render(found))
    print(
        f"seed {arguments.seed}: {ran.took_s:.0f} s for {ran.virtual_s / 3600:.1f} h of talk", file=sys.stderr
    )
    sys.exit(0 if all(row.met for row in found) else 1)


if __name__ == "__main__":
    main()
