"""Where a Wyoming server may be: in this house, for nothing that is said to it is encrypted."""

import pytest

from appliance.errors import ConfigurationError, ProviderError
from appliance.providers.cascade import wyoming_link
from appliance.providers.cascade.wyoming_link import wyoming_address
from appliance.providers.cascade.wyoming_stt import WyomingSttOptions, open_wyoming_stt
from tests.simulators.wyoming_server import Simulator


@pytest.mark.parametrize(
    "url",
    [
        "",
        "nonsense",
        "http://localhost:10300",
        "tcp://",
        "tcp://localhost",
        "tcp://localhost:0",
        "tcp://localhost:99999",
        "tcp://user:secret@localhost:1",
        "tcp://localhost:1/path",
        "tcp://localhost:1?x=secret",
        "tcp://[::1",
        "tcp://8.8.8.8:10300",
        "tcp://[2001:4860:4860::8888]:10300",
        "tcp://[::ffff:8.8.8.8]:10300",
        "unix://",
        "unix://host/path",
    ],
)
def test_an_address_that_is_none_or_far_away_is_refused_without_its_secrets(url: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        wyoming_address("providers.stt.url", url)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    "url",
    ["tcp://homeassistant.local:10300", "tcp://192.168.1.9:10200", "tcp://[fd00::1]:1", "unix:///run/w"],
)
def test_an_address_in_the_house_is_taken(url: str) -> None:
    assert wyoming_address("providers.stt.url", url).name in url


async def test_a_name_that_leads_into_the_internet_gets_not_a_byte(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wyoming_link, "_in_the_internet", lambda host: host == "127.0.0.1")
    async with Simulator() as server:
        url = server.url.replace("127.0.0.1", "localhost")
        with pytest.raises(ProviderError, match="not in this house"):
            await open_wyoming_stt(WyomingSttOptions(url)).open()
        await server.record.until_all_are_gone()
    assert server.record.described == 0
