"""`docs/control.md` says what is so: every example is sent, and every reply is what comes."""

import re
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import get_args

from appliance.conversation.history import MAX_CHARACTERS
from appliance.service.control import requests
from appliance.service.control.controls import (
    AlarmStatus,
    AnswerText,
    DeviceStatus,
    EchoStatus,
    MicrophoneStatus,
    ProviderStatus,
    Status,
    TimerStatus,
)
from appliance.service.control.server import MAX_CLIENTS
from appliance.service.control.waits import WAITS
from appliance.service.money.money_status import MoneyStatus, ProviderMoney
from tests.service.control.fake_controls import FakeControls, daemon

DOCUMENT = (Path(__file__).parents[3] / "docs" / "control.md").read_text()
EXAMPLES = re.findall(r"^([→←]) (.+)$", DOCUMENT, re.MULTILINE)
SENT = [line for arrow, line in EXAMPLES if arrow == "→"]


class Documented(FakeControls):
    """The appliance of the document."""

    def __init__(self) -> None:
        super().__init__()
        self.state = Status(
            "0.1.0",
            93784.2,
            "idle",
            "idle",
            False,
            40,
            "c-5d1e07",
            [ProviderStatus("offline", "ready", current=True)],
            [DeviceStatus("microphone", "ready", "USB Audio")],
            [TimerStatus(1, "tea", 171.5)],
            MoneyStatus(
                "EUR", 0.5, 4.25, 2.0, 0.0, [ProviderMoney("offline", {"output_characters": 12}, 0.0)]
            ),
            counters={"turns_opened": 3, "speech_sent_s.offline": 10.5},
            alarms=[AlarmStatus(1, "school", "06:45", ["mon", "tue"], "2026-11-23T06:45+01:00")],
            light="idle",
            echo=EchoStatus("cancelled", -3.5, 31.2, -58.1, -61.7, "full_duplex"),
            microphone=MicrophoneStatus("fine", -27.4, -61.2, 0.0, -78.3, 0.02),
            end_of_turn="740 ms of silence; learnt from 23 pauses",
        )

    async def ask(self, text: str, *, spoken: bool) -> AsyncGenerator[AnswerText, None]:
        for so_far in ("It is", "It is noon."):
            yield AnswerText(so_far, final=False)
        yield AnswerText("It is noon.", final=True)


async def test_every_example_is_answered_as_it_stands_there(tmp_path: Path) -> None:
    async with daemon(tmp_path, controls=Documented()) as running:
        replies = await running.ask(*(f"{line}\n".encode() for line in SENT))
    assert [reply.decode() for reply in replies] == [line for arrow, line in EXAMPLES if arrow == "←"]


def test_every_verb_has_its_example() -> None:
    verbs = {shape.model_fields["do"].default for shape in get_args(requests.AnyRequest)}
    assert {requests.decode_request(line.encode()).do for line in SENT[:-2]} == verbs


def test_every_bound_is_the_one_in_force() -> None:
    bounds = re.findall(r"^\| [^|]+ \| (\d+ ?\w*) \|", DOCUMENT, re.MULTILINE)
    waits = [WAITS.request_s, WAITS.write_s, WAITS.call_s, WAITS.piece_s]
    assert bounds == [
        f"{requests.MAX_LINE_BYTES} bytes",
        str(MAX_CLIENTS),
        *(f"{wait_s:g} s" for wait_s in waits),
    ]
    assert f"at most {requests.MAX_SAID_CHARACTERS} characters" in DOCUMENT
    assert f"at most {MAX_CHARACTERS} characters" in DOCUMENT
