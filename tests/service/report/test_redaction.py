"""A bundle that is given away holds no key and nothing that tells who and where somebody is."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.service.report.redaction import Redactor

HEX32 = "0123456789abcdef0123456789abcdef"
# A key of every vendor's shape; none of them was ever one.
CANARIES = {
    "openai": "sk-proj-Can4ryAAAAbbbb1111_CCCC-dddd2222",
    "openai old": "sk-Can4ryAAAABBBBCCCCDDDDEEEEFFFF000011112222333344",
    "openai ephemeral": "ek_Can4ry0123456789abcdef",
    "anthropic": "sk-ant-api03-Can4ry0123456789-abcdef",
    "gemini": "AIzaSyCan4ry0123456789abcdefghijklmnopqr",
    "gemini new": "AQ.Can4ry0123456789abcdefghijklmnop",
    "azure": HEX32,
    "azure new": "Can4ry0AAAAbbbb1111CCCCdddd2222EEEEffff3333GGGGhhhh4444IIIIjjjj5555KKKKllllJQQJ99AB",
    "azure entra": "eyJ0eXAiOiJKV1QifQ.eyJjYW40cnkiOjF9.Can4ry-signature",
    "without a digit": "ktWVSCgkgidHStXDKydgICfXGhkjoXeK",
    "deepgram": "0123456789abcdef0123456789abcdef01234567",
    "elevenlabs": "sk_0123456789abcdef0123456789abcdef0123456789abcdef",
    "groq": "gsk_Can4ry0123456789abcdefghijklmnop",
    "xai": "xai-Can4ry0123456789abcdefghijklmnop",
    "hugging face": "hf_Can4ryAbCdEfGhIjKlMnOp",
    "twilio sid": f"AC{HEX32}",
    "twilio key": f"SK{HEX32}",
    "telnyx": "KEY0123456789ABCDEF_Can4ry0123456789",
    "github": "ghp_Can4ry0123456789abcdefghijklmnop",
}
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from("abcdef"), inner, max_size=4),
    max_leaves=12,
)
PLACES = [
    "{}",
    "OPENAI_API_KEY={}",
    'api_key = "{}"',
    "Authorization: Bearer {}",
    "error: Incorrect API key provided: {}. You can find your API key at …",
    "wss://api.example/v1?model=m&key={}&x=1",
    '{{"token":"{}"}}',
    "turn 3 failed ({}) again",
    "-H 'xi-api-key: {}'",
]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("vendor", CANARIES)
def test_a_key_of_every_vendors_shape_is_taken_out_wherever_it_stands(vendor: str, place: str) -> None:
    key = CANARIES[vendor]
    shown = Redactor().redact(f"before\n{place.format(key)}\nafter")
    assert key not in shown
    assert key[-12:] not in shown
    assert shown.startswith("before\n")
    assert shown.endswith("\nafter")


@given(st.text(min_size=6, max_size=60).filter(str.strip), st.text(max_size=80), st.text(max_size=80))
def test_a_value_that_is_known_to_be_a_key_is_taken_out_whatever_it_looks_like(
    key: str, before: str, after: str
) -> None:
    around = Redactor().redact(before + after)
    assert key not in Redactor([key]).redact(before + key + after) or key in around or key in "***"


@pytest.mark.parametrize(
    ("text", "private"),
    [
        ("PASSWORD=hunter2", "hunter2"),
        ("psk='my dog is blue'", "dog"),
        ('"client_secret": "a b"', "a b"),
        ("Cookie: session=abc; other=def", "def"),
        ("https://bob:pw@server/x", "pw@"),
        ("https://server/x?access_token=abc", "=abc"),
        ('ESSID:"The Smiths"', "Smiths"),
        ("ssid=The Smiths", "Smiths"),
        ("mail to jane.smith@example.org", "jane"),
        ("/home/jane/.config", "jane"),
        ("from 192.168.178.20 to 10.0.0.1", "192.168"),
        ("it does not answer at 192.168.178.20.", "192.168"),
        ("::ffff:192.168.178.20 refused", "178.20"),
        ("from 2001:db8::1:2", "2001"),
        ("2001:db8:0:0:0:0:0:1: refused", "2001"),
        ("fe80::ba27:ebff:fe12:3456%wlan0", "ba27"),
        ("b8:27:eb:12:34:56 joined", "27:eb"),
        ("ws://janes-laptop.fritz.box:8000", "jane"),
        ("http://nas.local/v1", "nas"),
        ("-----BEGIN PRIVATE KEY-----\nMIIC\n-----END PRIVATE KEY-----", "MIIC"),
    ],
)
def test_what_tells_who_and_where_is_taken_out(text: str, private: str) -> None:
    assert private not in Redactor().redact(text)


def test_the_names_of_the_machine_and_its_user_are_taken_out_as_words_only() -> None:
    redactor = Redactor(names=["jane", "kitchenpi", "pi"])
    assert (
        redactor.redact("jane@kitchenpi: Janet has a Raspberry Pi") == "name@name: Janet has a Raspberry Pi"
    )


def test_the_same_address_has_the_same_stand_in_everywhere() -> None:
    redactor = Redactor()
    first = redactor.redact("192.168.1.5 asks 192.168.1.6")
    assert first == "address-1 asks address-2"
    assert redactor.redact("again 192.168.1.6") == "again address-2"


@pytest.mark.parametrize(
    "text",
    [
        'api_key = "credential:openai"  # credential:NAME | env:NAME, never the key itself',
        'api_key = ""',
        "input_audio_tokens=512 max_output_tokens = 1000",
        "12:31:05 the microphone 'USB PnP Sound Device: Audio' is ready",
        "hw:CARD=Device,DEV=0 44.1, 48 kHz, mono",
        "python 3.11.2, numpy 2.2.1, websockets 15.0.1",
        "2026-11-21T20:31:32+00:00",
        "ws://127.0.0.1:8000/v1/realtime and [::1]:80",
        "api.openai.com cannot be reached: there is no network",
        "microphone_overruns loudspeaker_blocks_beyond_limit answer_deadline_s",
        "ModuleNotFoundError OfflineRecognizerConfigurationOptions",
        "/usr/lib/python3/dist-packages/appliance/service/doctor/examination.py",
        "Linux-6.12.25-rpi-2712-aarch64-with-glibc2.41",
    ],
)
def test_what_helps_stays_as_it_is(text: str) -> None:
    assert Redactor().redact(text) == text


def test_what_is_json_stays_so_whatever_is_taken_out_of_it() -> None:
    document = {
        "api_key": "short",
        "token": "credential:openai",
        "at": ["192.168.1.5", 7, None, True],
        "said": f'Authorization: Bearer {CANARIES["openai"]}", "and": "more',
        "input_tokens": 512,
    }
    assert Redactor().redact_json(document) == {
        "api_key": "***",
        "token": "credential:openai",
        "at": ["address-1", 7, None, True],
        "said": "Authorization: ***",
        "input_tokens": 512,
    }


def shape(value: Any) -> Any:
    """What is left of a JSON value without its texts."""
    match value:
        case dict():
            return [shape(each) for each in value.values()]
        case list():
            return [shape(each) for each in value]
        case str():
            return "text"
    return value


@given(json_values)
def test_any_json_keeps_its_shape(value: Any) -> None:
    assert shape(Redactor().redact_json(value)) == shape(value)
