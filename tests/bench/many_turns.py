"""Ten thousand turns in virtual time: `python -m tests.bench.many_turns [--turns N] [--seed N]`.

The chain, its sessions and codecs against the simulators of every vendor over links in the process, which
refuse, break and go mute by chance; one vendor after the other is out of order for a while, so that each has
to answer its share; the person interrupts one turn of five, and the model calls a tool in one of ten. Each
turn must end, and reach a server to the last sample; what the process holds must not grow, and in the end no
task, thread or socket may be left. Exit 1 where that is not so.
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
from appliance.providers.azure.session import AzureOptions, open_azure
from appliance.providers.cascade.session import CascadeSession
from appliance.providers.chain import Chain, Provider
from appliance.providers.gemini.session import GeminiOptions, GeminiProvider
from appliance.providers.openai.session import OpenAiOptions, open_openai
from appliance.providers.openai_live.options import LiveOptions
from appliance.providers.openai_live.session import open_openai_live
from tests.bench.many_http import Web, in_place_of_http
from tests.bench.many_links import Network, Serve, in_place_of_sockets
from tests.bench.many_person import CONFIG, Account, End, Person
from tests.bench.many_servers import Servers
from tests.bench.soak import resident_kb
from tests.bench.soak_time import VirtualLoop
from tests.bench.table import Row, render
from tests.simulators.cascade_talk import stages

TURNS = 10_000
# By then everything was used once, and the history is full.
SETTLED = 1000
MEMORY_EVERY = 250
GROWTH_KB = 5 * 1024
# Where nobody can be asked, the person is told so: all failed in one turn, or rest since the last one.
GIVEN_UP_SHARE = 0.01
KEY = SecretStr("sk-many")
# The providers, in the order in which they are tried, and where they are.
HOSTS = {
    "openai": "127.0.0.1",
    "gemini": "127.0.0.2",
    "openai-live": "127.0.0.3",
    "cascade": "127.0.0.4",
    "azure": "127.0.0.5",
    "other": "127.0.0.6",
}
# How many of the first are out of order, one time after the other, and for how many turns: while sessions
# last, some twelve turns, nobody notices. GPT-Live, which costs ten times the work, is seldom the first.
OUT_OF_ORDER = (0, 1, 3, 4, 0, 1, 3, 4, 2)
OUTAGE_TURNS = 100
# GPT-Live's sound flows all the time, a frame every 40 ms; the others send a few for each turn.
TALKATIVE = {HOSTS["openai-live"]: 5.0}
# What each kind must have answered of all.
LEAST_SHARE = 0.04


@dataclass
class Ran:
    """What came of it."""

    account: Account = field(default_factory=Account)
    connections: int = 0
    requests: int = 0  # over HTTP
    lost: int = 0  # of both: those that were refused, and replies that broke off
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
    network = Network(_served(servers), TALKATIVE, seed)
    web = Web(servers.cascade, lambda: HOSTS["cascade"] in network.down, seed)
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
    with in_place_of_sockets(network), in_place_of_http(web):
        running = asyncio.create_task(person.chain.run())
        for number in range(1, turns + 1):
            network.down = _out_of_order(number)
            await person.take_turn()
            if number >= SETTLED and number % MEMORY_EVERY == 0:
                ran.memory_kb.append(resident_kb())
        person.chain.send(v.CloseSession())
        await running
    ran.left_over += [f"task {task.get_name()}" for task in asyncio.all_tasks() - {asyncio.current_task()}]
    ran.account, ran.mistakes = person.account, servers.mistakes
    ran.connections, ran.requests = network.connections, web.requests
    ran.lost = network.refused + web.lost
    ran.virtual_s = loop.time()


def _served(servers: Servers) -> dict[str, Serve]:
    by_name: dict[str, Serve] = {
        "openai": servers.openai,
        "gemini": servers.gemini,
        "openai-live": servers.live,
        "azure": servers.openai,
        "other": servers.openai,
    }
    return {HOSTS[name]: serve for name, serve in by_name.items()}


def _providers() -> list[Provider]:
    at = {name: f"ws://{host}:1" for name, host in HOSTS.items()}
    gemini = GeminiProvider(GeminiOptions(KEY, url=f"{at['gemini']}/live"))
    openai, other = (OpenAiOptions(KEY, url=f"{at[name]}/v1/realtime") for name in ("openai", "other"))
    live = LiveOptions(KEY, url=f"{at['openai-live']}/v1/live/sessions")
    azure = AzureOptions(KEY, at["azure"], "deployment")
    http = f"http://{HOSTS['cascade']}:1/v1"
    return [
        Provider("openai", lambda: open_openai(openai)),
        Provider("gemini", gemini.open),
        Provider("openai-live", lambda: open_openai_live(live)),
        Provider("cascade", lambda: CascadeSession(stages(http))),
        Provider("azure", lambda: open_azure(azure)),
        Provider("other", lambda: open_openai(other)),
    ]


def _out_of_order(turn: int) -> frozenset[str]:
    """The hosts that let nobody in at this turn."""
    return frozenset(list(HOSTS.values())[: OUT_OF_ORDER[turn // OUTAGE_TURNS % len(OUT_OF_ORDER)]])


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
        and (account.turns < TURNS or not _idle(account))
    )
    shares = ", ".join(f"{name} {account.answers[name]}" for name in HOSTS)
    return [
        Row(
            "turns in virtual time through chain and codecs: each ends, none is told in part",
            f"{account.turns}: {ends}; {account.failovers} changes of provider, {account.gone_on_with}"
            f" answers gone on with, {account.tools} calls of tools, {ran.connections} connections and"
            f" {ran.requests} HTTP requests; {len(ran.mistakes)} violations; answers begun: {shares};"
            f" {account.turns / ran.took_s:.0f} turns/s",
            f"all, ≤ {GIVEN_UP_SHARE:.0%} given up and none while somebody was left, 0 violations,"
            f" each kind of provider ≥ {LEAST_SHARE:.0%}",
            well,
            {
                "turns": account.turns,
                "violations": len(ran.mistakes),
                "light_hearted": account.light_hearted,
                "took_s": round(ran.took_s, 1),
            }
            | {end.value.replace(" ", "_"): account.ends[end] for end in End}
            | {f"answers_{name}": account.answers[name] for name in HOSTS},
        ),
        Row(
            "their memory, tasks, threads and sockets",
            f"{ran.growth_kb:+d} kB after the first {SETTLED}; {len(ran.left_over)} left over",
            f"≤ {GROWTH_KB} kB; 0",
            len(ran.memory_kb) > 1 and ran.growth_kb <= GROWTH_KB and not ran.left_over,
            {"growth_kb": ran.growth_kb, "left_over": len(ran.left_over)},
        ),
    ]


def _idle(account: Account) -> list[str]:
    """The kinds of provider that answered less than their share; "other" is one that stands by."""
    least = LEAST_SHARE * account.turns
    return [name for name in HOSTS if name != "other" and account.answers[name] < least]


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
