"""What is no request gets one sentence that says why; what is one survives the wire."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.service.control.requests import (
    MAX_LINE_BYTES,
    MAX_SAID_CHARACTERS,
    AnyRequest,
    Ask,
    InvalidRequest,
    Mute,
    Release,
    Say,
    SetVariable,
    Volume,
    decode_request,
    encode_request,
    make_request,
)


def refusal(line: str | bytes) -> str:
    with pytest.raises(InvalidRequest) as refused:
        decode_request(line.encode() if isinstance(line, str) else line)
    return str(refused.value)


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ('{"do":"dance"}', "There is no verb dance; there are ask, commit, forget, mute, "),
        ('{"do":null}', "There is no verb None; "),
        ("{}", '"do" is missing; it is one of ask, '),
        ('{"do":"say"}', "say needs text."),
        ('{"do":"say","text":7}', "The text of say must be a text."),
        ('{"do":"say","text":" \\n"}', "The text of say is empty."),
        ('{"do":"say","text":"a","loudness":1}', "say knows no loudness."),
        ('{"do":"mute","text":"a"}', "mute knows no text."),
        ('{"do":"ask","text":"a","spoken":"no"}', "The spoken of ask must be true or false."),
        ('{"do":"volume","percent":101}', "The percent of volume must be a whole number from 0 to 100."),
        ('{"do":"volume","percent":"5"}', "The percent of volume must be a whole number from 0 to 100."),
        ('{"do":"volume","percent":true}', "The percent of volume must be a whole number from 0 to 100."),
        ('{"do":"set","name":"a"}', "set needs value."),
        (
            '{"do":"set","name":"2nd-user","value":"b"}',
            "The name of set must be letters, digits and _",
        ),
        ('["say"]', 'A request is a JSON object, such as {"do":"status"}.'),
        ("say hello", "This is no line of JSON: "),
        ('{"do":"say","text":"fi', "This is no line of JSON: "),
        ('{"do":"say","text":"\\ud800"}', "This is no line of JSON: "),
        (b'{"do":"say","text":"\xff"}', "This is no line of JSON: "),
        (b"\0\x01\x02", "This is no line of JSON: "),
        ("[" * 60_000, "This is no line of JSON: "),
        ('{"do":"volume","percent":' + "9" * 5000 + "}", "This is no line of JSON: "),
    ],
)
def test_each_mistake_has_its_sentence(line: str | bytes, sentence: str) -> None:
    assert refusal(line).startswith(sentence)


def test_a_text_that_is_too_long_is_told_the_limit() -> None:
    assert refusal(json.dumps({"do": "say", "text": "a" * (MAX_SAID_CHARACTERS + 1)})) == (
        f"The text of say is too long: at most {MAX_SAID_CHARACTERS} characters."
    )


def test_a_mistake_repeats_little_and_nothing_unprintable() -> None:
    sentence = refusal(json.dumps({"do": "\x1b[2J" + "x" * 50_000}))
    assert len(sentence) < 250
    assert sentence.isprintable()


def test_an_argument_that_is_no_text_is_refused_before_it_is_sent() -> None:
    with pytest.raises(InvalidRequest, match="The text of say is no valid Unicode text"):
        make_request({"do": "say", "text": "\udcff"})


TEXTS = st.text(min_size=1, max_size=1000).filter(lambda text: text.strip() != "")
REQUESTS = st.one_of(
    st.builds(Say, text=TEXTS),
    st.builds(Ask, text=TEXTS, spoken=st.booleans()),
    st.just(Mute()),
    st.builds(Release, held=st.booleans()),
    st.builds(Volume, percent=st.none() | st.integers(0, 100)),
    st.builds(
        SetVariable, name=st.from_regex("[a-z][a-z0-9_]{0,63}", fullmatch=True), value=st.text(max_size=200)
    ),
)


@given(REQUESTS)
def test_a_request_survives_the_wire(request: AnyRequest) -> None:
    line = encode_request(request)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert decode_request(line) == request


def test_the_longest_question_fits_into_a_line() -> None:
    worst = max((chr(code) for code in (*range(0x20), 0x7F, 0xFFFF, 0x1F600)), key=_line_length)
    assert _line_length(worst, 7999) <= MAX_LINE_BYTES


def _line_length(character: str, times: int = 1) -> int:
    return len(encode_request(Ask(text="x" + character * times)))


def assert_request_or_sentence(line: bytes) -> None:
    try:
        decode_request(line)
    except InvalidRequest as refused:
        sentence = str(refused)
    else:
        return
    assert sentence.endswith(".")
    assert sentence.isprintable()


@given(st.binary(max_size=300))
def test_any_bytes_are_a_request_or_a_sentence(line: bytes) -> None:
    assert_request_or_sentence(line)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
VERBS = st.sampled_from(["say", "ask", "volume", "set", "release", "status", "mute"])
MEMBERS = st.dictionaries(st.sampled_from(["text", "spoken", "percent", "name", "value", "held"]), JSON)


@given(st.one_of(JSON, st.builds(lambda verb, members: {**members, "do": verb}, VERBS, MEMBERS)))
def test_any_json_is_a_request_or_a_sentence(found: object) -> None:
    assert_request_or_sentence(json.dumps(found).encode())
