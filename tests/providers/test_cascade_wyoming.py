"""Ears and mouth at a Wyoming server: nothing is lost on the way, and whatever it does, nothing hangs."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from pathlib import Path

import numpy as np
import pytest

from appliance.conversation.vocabulary import UsageUnit
from appliance.errors import FailureCategory, ProviderError
from appliance.pcm.formats import Pcm, pcm_to_bytes
from appliance.providers.cascade import wyoming_link, wyoming_stt, wyoming_tts
from appliance.providers.cascade.wyoming_data import language_for
from appliance.providers.cascade.wyoming_frames import WyomingEvent, encode
from appliance.providers.cascade.wyoming_stt import WyomingSttOptions, open_wyoming_stt
from appliance.providers.cascade.wyoming_tts import RATE_HZ, WyomingTtsOptions, open_wyoming_tts
from tests.simulators.openai_script import chirp
from tests.simulators.wyoming_script import Script, Trouble, stereo
from tests.simulators.wyoming_server import Simulator

pytestmark = pytest.mark.timeout(30)

QUESTION = chirp(1.0)[:16_000]
BLOCK = 512


def tell(append: Callable[[Pcm], None], pcm: Pcm = QUESTION) -> None:
    for start in range(0, len(pcm), BLOCK):
        append(pcm[start : start + BLOCK])


async def turn_at(server: Simulator, language: str = "en", model: str = "") -> str:
    """The words of one whole turn."""
    turn = open_wyoming_stt(WyomingSttOptions(server.url, model)).listen(language)
    tell(turn.append)
    return await turn.finish()


async def spoken_at(server: Simulator, text: str = "It is noon.", voice: str = "") -> Pcm:
    """The sound of one text."""
    stage = open_wyoming_tts(WyomingTtsOptions(server.url, voice))
    return np.concatenate([pcm async for pcm in stage.speak(text, "en", 1.0)])


# ---------------------------------------------------------------- ears


async def test_a_turn_arrives_whole_and_its_words_come_back() -> None:
    async with Simulator() as server:
        assert await turn_at(server, model="tiny") == "what time is it"
        await server.record.until_all_are_gone()
    assert np.array_equal(server.record.turns[0], QUESTION)
    assert server.record.asked == [("tiny", "en")]
    assert server.record.violations == []


async def test_what_is_said_is_sent_while_the_person_talks() -> None:
    async with Simulator() as server:
        turn = open_wyoming_stt(WyomingSttOptions(server.url)).listen("en")
        tell(turn.append)
        async with asyncio.timeout(5):
            await server.record.until_heard(len(QUESTION))
        assert server.record.turns == []
        await turn.finish()
        assert turn.usage == {UsageUnit.INPUT_AUDIO_MS: 1000}


async def test_a_turn_that_is_told_at_once_arrives_whole() -> None:
    async with Simulator() as server:
        turn = open_wyoming_stt(WyomingSttOptions(server.url)).listen("en")
        turn.append(np.tile(QUESTION, 60))
        await turn.finish()
    assert np.array_equal(server.record.turns[0], np.tile(QUESTION, 60))
    assert server.record.violations == []


async def test_a_server_behind_a_socket_in_the_file_system(tmp_path: Path) -> None:
    async with Simulator(path=str(tmp_path / "w.sock")) as server:
        assert await turn_at(server) == "what time is it"


@pytest.mark.parametrize("only_pieces", [False, True])
async def test_a_transcript_in_pieces_is_told_once(only_pieces: bool) -> None:
    script = Script("what time is it", (" what ", "time is", " it"), only_pieces=only_pieces)
    async with Simulator(script) as server:
        assert await turn_at(server) == "what time is it"


async def test_a_turn_without_words_is_empty() -> None:
    async with Simulator(Script(" \n")) as server:
        assert await turn_at(server) == ""


async def test_the_server_is_asked_once_what_it_offers() -> None:
    async with Simulator() as server:
        stage = open_wyoming_stt(WyomingSttOptions(server.url))
        await stage.open()
        for _ in range(2):
            turn = stage.listen("en")
            tell(turn.append)
            await turn.finish()
        await stage.close()
    assert server.record.described == 1
    assert server.record.violations == []


@pytest.mark.parametrize(
    ("tag", "offered", "asked"),
    [
        ("de-AT", {"en", "de"}, "de"),
        ("de-AT", {"de_AT", "de_DE"}, "de_AT"),
        ("de-AT", {"de_DE", "de_CH"}, "de_CH"),
        ("en", {"en_GB"}, "en_GB"),
        ("EN-us", {"en-US", "en"}, "en-US"),
        ("fr-CA", {"en"}, "fr"),
        ("fr", set(), "fr"),
    ],
)
def test_a_language_is_asked_for_as_the_server_spells_it(tag: str, offered: set[str], asked: str) -> None:
    assert language_for(tag, frozenset(offered)) == asked


# ---------------------------------------------------------------- mouth


async def test_a_text_is_spoken_to_the_last_sample() -> None:
    sound = chirp(0.5)
    async with Simulator(Script(sound=pcm_to_bytes(sound))) as server:
        assert np.array_equal(await spoken_at(server), sound)
        await server.record.until_all_are_gone()
    assert server.record.texts == ["It is noon."]
    assert server.record.voices == [{"language": "en_GB"}]
    assert server.record.violations == []


async def test_a_server_that_streams_is_asked_as_such_and_spoken_to_the_last_sentence() -> None:
    sound = chirp(0.5)
    script = Script(sound=pcm_to_bytes(sound), streams=True, sentences=3)
    async with Simulator(script) as server:
        assert np.array_equal(await spoken_at(server, voice="anna"), sound)
    assert server.record.voices == [{"name": "anna"}]
    assert server.record.violations == []


async def test_sound_in_another_format_is_the_same_sound() -> None:
    sound = chirp(0.5)
    script = Script(sound=stereo(sound), channels=2)
    async with Simulator(script) as server:
        assert np.array_equal(await spoken_at(server), sound)
    slow = Script(sound=pcm_to_bytes(sound), rate=22_050)
    async with Simulator(slow) as server:
        assert abs(len(await spoken_at(server)) - len(sound) * RATE_HZ / 22_050) <= 1


async def test_nothing_to_say_bothers_nobody() -> None:
    async with Simulator() as server:
        stage = open_wyoming_tts(WyomingTtsOptions(server.url))
        assert [pcm async for pcm in stage.speak("  ", "en", 1.0)] == []
    assert server.record.connections == 0


# ---------------------------------------------------------------- what goes wrong

TROUBLES = [
    (Trouble.DROPS, FailureCategory.SESSION_CLOSED),
    (Trouble.BABBLES, FailureCategory.PROTOCOL_VIOLATION),
    (Trouble.KEEPS_SILENT, FailureCategory.TIMED_OUT),
    (Trouble.FAILS, FailureCategory.MODEL_UNAVAILABLE),
]


@pytest.fixture
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wyoming_link, "INFO_TIMEOUT_S", 0.2)
    monkeypatch.setattr(wyoming_stt, "TRANSCRIPT_TIMEOUT_S", 0.2)
    monkeypatch.setattr(wyoming_tts, "FIRST_SOUND_TIMEOUT_S", 0.2)
    monkeypatch.setattr(wyoming_tts, "NEXT_SOUND_TIMEOUT_S", 0.2)


@pytest.mark.usefixtures("_hurried")
@pytest.mark.parametrize("at", ["describe", "transcribe", "audio-chunk", "audio-stop"])
@pytest.mark.parametrize(("trouble", "category"), TROUBLES)
async def test_whatever_becomes_of_the_ears_has_a_name_and_leaves_nothing(
    trouble: Trouble, category: FailureCategory, at: str
) -> None:
    async with Simulator(Script(trouble=trouble, at=at)) as server:
        with pytest.raises(ProviderError) as failed:
            await turn_at(server)
        async with asyncio.timeout(5):
            await server.record.until_all_are_gone()
    assert failed.value.category == category


@pytest.mark.usefixtures("_hurried")
@pytest.mark.parametrize(("at", "after"), [("describe", 0), ("synthesize", 0), ("sound", 0), ("sound", 3)])
@pytest.mark.parametrize(("trouble", "category"), TROUBLES)
async def test_whatever_becomes_of_the_mouth_has_a_name_and_leaves_nothing(
    trouble: Trouble, category: FailureCategory, at: str, after: int
) -> None:
    async with Simulator(Script(trouble=trouble, at=at, after=after)) as server:
        with pytest.raises(ProviderError) as failed:
            await spoken_at(server)
        async with asyncio.timeout(5):
            await server.record.until_all_are_gone()
    assert failed.value.category == category


async def test_what_the_server_says_of_its_failure_is_told_in_one_line() -> None:
    async with Simulator(Script(trouble=Trouble.FAILS, at="synthesize")) as server:
        with pytest.raises(ProviderError) as failed:
            await spoken_at(server)
    assert str(failed.value) == "the Wyoming server failed: the model is not loaded"


async def test_a_server_that_writes_down_what_is_not_over_is_not_believed() -> None:
    async with Simulator(Script(transcribes_early=True)) as server:
        turn = open_wyoming_stt(WyomingSttOptions(server.url)).listen("en")
        tell(turn.append)
        async with asyncio.timeout(5):
            await server.record.until_heard(1)
            await server.record.until_all_are_gone()
        with pytest.raises(ProviderError) as failed:
            await turn.finish()
    assert failed.value.category == FailureCategory.PROTOCOL_VIOLATION


@pytest.mark.parametrize("offers", [("tts",), ()])
async def test_a_server_without_ears_is_refused_when_it_is_opened(offers: tuple[str, ...]) -> None:
    async with Simulator(Script(offers=offers)) as server:
        with pytest.raises(ProviderError, match="no speech-to-text") as refused:
            await open_wyoming_stt(WyomingSttOptions(server.url)).open()
    assert refused.value.category == FailureCategory.MODEL_UNAVAILABLE


async def test_nobody_there_is_known_when_it_is_opened() -> None:
    async with Simulator() as server:
        url = server.url
    with pytest.raises(ProviderError, match="cannot be reached") as refused:
        await open_wyoming_tts(WyomingTtsOptions(url)).open()
    assert refused.value.category == FailureCategory.CONNECTION_FAILED


async def test_a_turn_that_nobody_wants_any_more_ends_its_connection() -> None:
    async with Simulator() as server:
        turn = open_wyoming_stt(WyomingSttOptions(server.url)).listen("en")
        tell(turn.append)
        await server.record.until_heard(1)
        await turn.close()
        await turn.close()
        async with asyncio.timeout(5):
            await server.record.until_all_are_gone()
    assert server.record.turns == []


async def test_who_stops_waiting_for_the_words_ends_the_connection() -> None:
    async with Simulator(Script(trouble=Trouble.KEEPS_SILENT, at="audio-stop")) as server:
        turn = open_wyoming_stt(WyomingSttOptions(server.url)).listen("en")
        tell(turn.append)
        waiting = asyncio.create_task(turn.finish())
        await server.record.until_heard(len(QUESTION))
        waiting.cancel()
        async with asyncio.timeout(1):
            await asyncio.wait({waiting})
            await server.record.until_all_are_gone()
    assert waiting.cancelled()


async def test_an_interrupted_text_ends_its_connection_within_a_second() -> None:
    endless = Script(sound=pcm_to_bytes(chirp(60.0)))
    async with Simulator(endless) as server:
        stage = open_wyoming_tts(WyomingTtsOptions(server.url))
        async with asyncio.timeout(1):
            async with aclosing(stage.speak("A long story.", "en", 1.0)) as sound:
                await anext(sound)
            await server.record.until_all_are_gone()


async def test_more_sound_at_once_than_there_is_room_for_is_a_violation() -> None:
    script = Script(sound=bytes(200_000), rate=4_000, width=1, chunk_bytes=200_000)
    async with Simulator(script) as server:
        with pytest.raises(ProviderError, match="30 s of sound at once") as failed:
            await spoken_at(server)
    assert failed.value.category == FailureCategory.PROTOCOL_VIOLATION


async def test_a_server_that_takes_nothing_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wyoming_link, "UNSENT_MAX_BYTES", 100_000)
    leave = asyncio.Event()

    async def offer_and_freeze(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(encode(WyomingEvent("info", {"asr": [{}]})))
        await leave.wait()
        writer.transport.abort()

    path = str(tmp_path / "w.sock")
    async with await asyncio.start_unix_server(offer_and_freeze, path, limit=1_000):
        turn = open_wyoming_stt(WyomingSttOptions(f"unix://{path}")).listen("en")
        turn.append(np.tile(QUESTION, 60))
        with pytest.raises(ProviderError, match="takes nothing") as failed:
            await turn.finish()
        leave.set()
    assert failed.value.category == FailureCategory.TIMED_OUT


async def test_a_server_that_does_not_stop_speaking_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wyoming_tts, "SOUND_MAX_SAMPLES", 10_000)
    async with Simulator() as server:
        with pytest.raises(ProviderError, match="does not stop") as failed:
            await spoken_at(server)
    assert failed.value.category == FailureCategory.PROTOCOL_VIOLATION
