"""A voice process that behaves as it is told: `python -m tests.providers.offline.fake_piper HOW [FILE]`."""

import os
import sys
import threading
from pathlib import Path

import numpy as np

from appliance.errors import FailureCategory
from appliance.providers.offline.frames import decoder_of_requests, encode
from appliance.providers.offline.messages import Broken, Cancel, Done, Report, Request, Sound, Speak, Warm

SECOND = np.full(24_000, 1_000, np.int16)


def send(*reports: Report) -> None:
    for report in reports:
        os.write(1, encode(report))


def behave(how: str, request: Request) -> None:
    match how, request:
        case "well", Speak(piece, _, speed):
            send(Sound(piece, SECOND[: round(len(SECOND) / speed)]), Done(piece, 0, 0))
        case "late", Cancel(piece):
            send(Done(piece, 0, 0))
        case "broken", Speak(piece, _):
            send(Broken(piece, FailureCategory.MODEL_UNAVAILABLE, "no such phoneme"))
        case "dies", Speak():
            os._exit(3)
        case "nonsense", Speak():
            os.write(1, b"\xff" * 10)
        case "unasked", Speak(piece, _):
            send(Done(piece + 1, 0, 0))
        case "endless", Speak(piece, _):
            while True:
                send(Sound(piece, SECOND))


def main() -> None:
    how = sys.argv[1]
    if how == "dies once":
        marker = Path(sys.argv[2])
        how = "well" if marker.exists() else "dies"
        marker.touch()
    if how == "cannot start":
        send(Broken(0, FailureCategory.MODEL_UNAVAILABLE, "Piper cannot be loaded: no model"))
        sys.exit(1)
    if how == "never warm":
        threading.Event().wait()
    send(Warm())
    decoder = decoder_of_requests()
    while data := os.read(0, 65_536):
        for request in decoder.feed(data):
            behave(how, request)


if __name__ == "__main__":
    main()
