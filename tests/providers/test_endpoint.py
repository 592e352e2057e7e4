"""Where a provider may be: over an encrypted connection, or on this machine."""

import pytest

from appliance.errors import ConfigurationError
from appliance.providers.endpoint import endpoint


@pytest.mark.parametrize(
    ("url", "whole"),
    [
        ("wss://api.openai.com/v1/realtime", "wss://api.openai.com/v1/realtime?model=a%2Fb"),
        ("wss://h/p?x=1", "wss://h/p?x=1&model=a%2Fb"),
        ("wss://h/p?model=own", "wss://h/p?model=own"),
        ("ws://localhost:8080/v1", "ws://localhost:8080/v1?model=a%2Fb"),
        ("ws://127.0.0.2/", "ws://127.0.0.2/?model=a%2Fb"),
        ("ws://[::1]:1/", "ws://[::1]:1/?model=a%2Fb"),
    ],
)
def test_model_is_added_to_the_address(url: str, whole: str) -> None:
    assert endpoint(url, "a/b").url == whole


@pytest.mark.parametrize(
    "url",
    [
        "ws://example.com/v1/realtime",
        "ws://127.0.0.1.example.com/",
        "ws://10.0.0.1/",
        "ws://0.0.0.0/",
        "http://localhost/",
        "wss://",
        "wss:///v1",
        "nonsense",
        "",
        "wss://user:secret@example.com/",
        "wss://secret@example.com/",
        "wss://example.com:99999/",
        "wss://[::1/",
        "wss://example.com/#secret",
    ],
)
def test_address_that_is_not_safe_or_none_at_all_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        endpoint(url, "m")
    assert "secret" not in str(refused.value)
