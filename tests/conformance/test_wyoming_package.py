"""Our Wyoming against the package that is the protocol: what one writes, the other reads."""

import asyncio
import io
import itertools
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from wyoming.asr import Transcribe, Transcript
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.client import AsyncClient
from wyoming.event import Event, async_read_event, read_event, write_event
from wyoming.info import Describe, Info
from wyoming.tts import Synthesize, SynthesizeVoice

from appliance.pcm.formats import pcm_from_bytes, pcm_to_bytes
from appliance.providers.cascade.wyoming_data import SPEECH_TO_TEXT, TEXT_TO_SPEECH
from appliance.providers.cascade.wyoming_frames import EventReader, WyomingEvent, encode
from appliance.providers.cascade.wyoming_link import open_wyoming, wyoming_address
from appliance.providers.cascade.wyoming_stt import WyomingSttOptions, open_wyoming_stt
from appliance.providers.cascade.wyoming_tts import WyomingTtsOptions, open_wyoming_tts
from tests.simulators.openai_script import chirp
from tests.simulators.wyoming_script import Script
from tests.simulators.wyoming_server import Simulator

QUESTION = chirp(1.0)[:16_000]
PATIENCE_S = 10.0

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=6,
)
events = st.builds(
    Event,
    st.text(max_size=20),
    st.dictionaries(st.text(max_size=12), values, max_size=4),
    st.none() | st.binary(min_size=1, max_size=300),
)


def written(sent: list[Event]) -> bytes:
    """`sent` as the package writes it."""
    stream = io.BytesIO()
    for event in sent:
        write_event(event, stream)
    return stream.getvalue()


@given(st.lists(events, max_size=5), st.lists(st.integers(0, 10_000), max_size=10))
def test_we_read_what_the_package_writes_however_it_is_cut(sent: list[Event], cuts: list[int]) -> None:
    data = written(sent)
    edges = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    reader = EventReader()
    came = [event for start, end in itertools.pairwise(edges) for event in reader.feed(data[start:end])]
    assert came == [WyomingEvent(event.type, event.data, event.payload or b"") for event in sent]


@given(st.lists(events, max_size=5))
def test_the_package_reads_what_we_write(sent: list[Event]) -> None:
    data = b"".join(encode(WyomingEvent(event.type, event.data, event.payload or b"")) for event in sent)
    stream = io.BytesIO(data)
    assert [read_event(stream) for _ in sent] == sent
    assert read_event(stream) is None


async def test_data_in_the_line_and_in_a_block_are_merged_as_the_package_does() -> None:
    line = b'{"type": "info", "data": {"a": 1, "b": 2}, "data_length": 8, "payload_length": null}\n'
    stream = asyncio.StreamReader()
    stream.feed_data(line + b'{"b": 3}')
    stream.feed_eof()
    theirs = await async_read_event(stream)
    assert theirs is not None
    assert EventReader().feed(line + b'{"b": 3}') == [WyomingEvent("info", theirs.data)]


async def their_turn(url: str) -> Any:
    async with AsyncClient.from_uri(url) as client:
        await client.write_event(Transcribe(language="en").event())
        form = {"rate": 16_000, "width": 2, "channels": 1}
        await client.write_event(AudioStart(**form, timestamp=0).event())
        await client.write_event(AudioChunk(**form, audio=pcm_to_bytes(QUESTION), timestamp=0).event())
        await client.write_event(AudioStop(timestamp=1000).event())
        event = await client.read_event()
        assert event is not None
        return Transcript.from_event(event).text


async def test_the_package_s_client_and_ours_are_told_the_same_words() -> None:
    async with Simulator(Script("the same words")) as server, asyncio.timeout(PATIENCE_S):
        turn = open_wyoming_stt(WyomingSttOptions(server.url)).listen("en")
        turn.append(QUESTION)
        assert await turn.finish() == await their_turn(server.url) == "the same words"
    ours, theirs = server.record.turns
    assert np.array_equal(ours, theirs)
    assert server.record.violations == []


async def test_the_package_s_client_and_ours_are_given_the_same_sound() -> None:
    async with Simulator() as server, asyncio.timeout(PATIENCE_S):
        stage = open_wyoming_tts(WyomingTtsOptions(server.url))
        ours = np.concatenate([pcm async for pcm in stage.speak("Noon.", "en", 1.0)])
        theirs = b""
        async with AsyncClient.from_uri(server.url) as client:
            await client.write_event(Synthesize("Noon.", SynthesizeVoice(language="en_GB")).event())
            while (event := await client.read_event()) is not None and not AudioStop.is_type(event.type):
                theirs += AudioChunk.from_event(event).audio if AudioChunk.is_type(event.type) else b""
    assert np.array_equal(ours, pcm_from_bytes(theirs))
    assert server.record.violations == []


async def test_the_package_s_client_and_ours_read_the_same_offer() -> None:
    async with Simulator(Script(streams=True)) as server, asyncio.timeout(PATIENCE_S):
        async with open_wyoming(wyoming_address("providers.stt.url", server.url)) as link:
            ears, mouth = await link.ask(SPEECH_TO_TEXT), await link.ask(TEXT_TO_SPEECH)
        async with AsyncClient.from_uri(server.url) as client:
            await client.write_event(Describe().event())
            event = await client.read_event()
            assert event is not None
            info = Info.from_event(event)
    assert ears.languages == set(info.asr[0].models[0].languages)
    assert mouth.languages == {tag for voice in info.tts[0].voices for tag in voice.languages}
    assert mouth.streams is info.tts[0].supports_synthesize_streaming is True
