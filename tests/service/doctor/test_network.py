"""Each provider's server is looked for by name, port and certificate, and what is wrong has a name."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from appliance.service.doctor.finding import Finding, Verdict, ok
from appliance.service.doctor.network import check_network, look_at
from appliance.service.doctor.peers import Peer, peers_of
from appliance.settings import load_settings
from tests.simulators.dated_certificate import HOST, server_context


@contextmanager
def server(context: ssl.SSLContext | None = None) -> Iterator[int]:
    """Takes one connection on a port of this machine, with TLS where `context` is given."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                try:
                    if context is not None:
                        context.wrap_socket(connection, server_side=True).close()
                except OSError:
                    pass  # the other side does not like the certificate

        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1]
        thread.join(10)


def look_at_certificate(folder: Path, begins_in: timedelta, *, clock_was_set: bool | None) -> Finding:
    context, authority = server_context(folder, begins_in)
    trusted = ssl.create_default_context(cafile=str(authority))
    with server(context) as port:
        return look_at(
            Peer("cloud", HOST, port, encrypted=True),
            trusted=trusted,
            clock_was_set=lambda: clock_was_set,
            connect=lambda peer: socket.create_connection(("127.0.0.1", port), 10),
        )


def test_a_server_with_a_valid_certificate_is_well(tmp_path: Path) -> None:
    assert look_at_certificate(tmp_path, timedelta(days=-1), clock_was_set=True).verdict is Verdict.OK


def test_a_certificate_that_is_not_yet_valid_means_that_the_clock_is_behind(tmp_path: Path) -> None:
    found = look_at_certificate(tmp_path, timedelta(days=30), clock_was_set=False)
    assert found.verdict is Verdict.BROKEN
    assert "certificate is not yet valid" in found.sentence
    assert "clock is wrong" in found.sentence
    assert "timedatectl" in found.advice


def test_a_certificate_that_has_expired_is_the_servers_fault_where_the_clock_was_set(tmp_path: Path) -> None:
    found = look_at_certificate(tmp_path, timedelta(days=-100), clock_was_set=True)
    assert (found.verdict, "expired" in found.sentence) == (Verdict.BROKEN, True)
    assert "ca-certificates" in found.advice


def test_a_server_without_encryption_only_has_to_be_there() -> None:
    with server() as port:
        assert look_at(Peer("house", "127.0.0.1", port, encrypted=False)).verdict is Verdict.OK


def test_nobody_on_the_port_and_a_name_that_nobody_knows_have_their_own_words() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert "nothing listens there" in look_at(Peer("a", "127.0.0.1", port, encrypted=False)).sentence

    def nowhere(peer: Peer) -> socket.socket:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    found = look_at(Peer("b", "nowhere.example", 443, encrypted=True), connect=nowhere)
    assert "there is no machine of that name" in found.sentence


def test_what_can_be_no_name_is_a_mistake_of_the_configuration() -> None:
    found = look_at(Peer("o", "voice..example", 443, encrypted=True))
    assert found.verdict is Verdict.BROKEN
    assert "configuration" in found.advice


def test_all_are_looked_at_at_once_and_told_in_their_order() -> None:
    both = threading.Barrier(2)

    def look(peer: Peer) -> Finding:
        both.wait(10)
        return ok(peer.name, peer.host)

    peers = [Peer("a", "one", 1, encrypted=False), Peer("b", "two", 2, encrypted=False)]
    assert [finding.name for finding in check_network(peers, look)] == ["a", "b"]
    assert check_network([])[0].verdict is Verdict.SKIPPED


def test_of_the_settings_every_server_is_named_once_for_each_provider() -> None:
    stages = (
        "stt = {kind = 'deepgram', api_key = 'env:K'},"
        " llm = {url = 'http://192.168.1.5:11434/v1', model = 'm'},"
        " tts = {kind = 'wyoming', url = 'tcp://192.168.1.5:10200'}"
    )
    providers = (
        f"providers=[{{name='o',kind='openai'}},{{name='g',kind='gemini'}},{{name='l',kind='openai-live'}},"
        f"{{name='h',kind='cascade',{stages}}},{{name='offline',kind='offline'}}]"
    )
    found = list(peers_of(load_settings((), [providers], {}, Path("/nonexistent")).settings))
    assert found == [
        Peer("o", "api.openai.com", 443, encrypted=True),
        Peer("g", "generativelanguage.googleapis.com", 443, encrypted=True),
        Peer("l", "api.openai.com", 443, encrypted=True),
        Peer("h", "api.deepgram.com", 443, encrypted=True),
        Peer("h", "192.168.1.5", 11434, encrypted=False),
        Peer("h", "192.168.1.5", 10200, encrypted=False),
    ]


def test_who_needs_no_network_has_no_server() -> None:
    assert list(peers_of(load_settings((), (), {}, Path("/nonexistent")).settings)) == []
