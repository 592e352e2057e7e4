"""The network of a daemon is pulled, comes back, or tells no names: it says which, and needs nobody."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from appliance.providers.causes import clock_is_set
from tests.bench.stage import lay, tone, write_wav
from tests.cable.daemon import Daemon, daemon
from tests.recordings import recordings
from tests.rig.cable import VirtualCable
from tests.rig.household import OUTSIDE, Household, why_not
from tests.simulators.dated_certificate import HOST, server_context
from tests.simulators.openai_realtime import SimulatorThread
from tests.simulators.openai_script import Answer
from tests.simulators.tls_relay import TlsRelayThread

REASON = why_not()
pytestmark = [pytest.mark.cable, pytest.mark.skipif(bool(REASON), reason=REASON)]

# What is promised: from the moment it can be known to light, earcon and event.
TOLD_S = 2.0
# The first try comes within a second; nobody is interrupted who spoke in the last 5 s.
BACK_S = 10.0
TODAY, TOMORROW = timedelta(days=-1), timedelta(days=1)


@contextmanager
def at_home(
    cable: VirtualCable, folder: Path, begins_in: timedelta, host: str = HOST
) -> Iterator[tuple[Household, Daemon]]:
    """A daemon in a house, which reaches its provider by the name `host`, whose certificate begins then."""
    context, authority = server_context(folder, begins_in)
    with ExitStack() as stack:
        simulator = stack.enter_context(SimulatorThread(Answer(tone(1.0))))
        house = stack.enter_context(Household({HOST: OUTSIDE}))
        target = urlsplit(simulator.url)
        relay = stack.enter_context(TlsRelayThread(OUTSIDE, target.port or 0, context))
        running = stack.enter_context(
            daemon(
                cable,
                f"wss://{host}:{relay.port}{target.path}",
                environment={"SSL_CERT_FILE": str(authority), "no_proxy": "*"},
                within=house.prefix,
            )
        )
        yield house, running


@pytest.mark.timeout(120)
def test_a_pulled_network_is_told_in_time_answered_offline_and_back_by_itself(
    cable: VirtualCable, tmp_path: Path
) -> None:
    with at_home(cable, tmp_path, TODAY) as (house, running):
        running.wait_for("provider", name="openai", link="ready")
        pulled_s = time.monotonic()
        house.unplug()
        assert running.wait_for("network", state="down").came_s - pulled_s < TOLD_S
        down = running.wait_for("provider", name="openai", link="down", cause="network_down")
        assert down.came_s - pulled_s < TOLD_S
        assert running.wait_for("provider", name="offline", link="ready").came_s - pulled_s < TOLD_S
        pcm, _ = lay([recordings()[3]], [500.0])
        write_wav(tmp_path / "question.wav", pcm)
        cable.speak(tmp_path / "question.wav")
        assert running.wait_for("answer_started").event["provider"] == "offline"
        running.wait_for("answer_done", complete=True)
        house.plug()
        plugged_s = time.monotonic()
        assert running.wait_for("network", state="up").came_s - plugged_s < TOLD_S
        back = running.wait_for("failover", to="openai", reason="failback")
        assert back.came_s - plugged_s < BACK_S
        cable.speak(tmp_path / "question.wav")
        assert running.wait_for("answer_started").event["provider"] == "openai"
        running.wait_for("answer_done", complete=True)


@pytest.mark.timeout(60)
def test_a_name_server_that_does_not_answer_is_named_and_the_offline_provider_answers(
    cable: VirtualCable, tmp_path: Path
) -> None:
    with at_home(cable, tmp_path, TODAY, "unknown.example") as (_, running):
        running.wait_for("provider", name="openai", link="down", cause="name_server_down")
        running.wait_for("provider", name="offline", link="ready")


@pytest.mark.timeout(60)
def test_before_the_clock_is_set_the_clock_is_named(cable: VirtualCable, tmp_path: Path) -> None:
    # Where a time server has set this machine's clock, a certificate of tomorrow is not to be trusted.
    cause = "certificate_invalid" if clock_is_set() else "clock_not_set"
    with at_home(cable, tmp_path, TOMORROW) as (_, running):
        running.wait_for("provider", name="openai", link="down", cause=cause)
        running.wait_for("provider", name="offline", link="ready")
