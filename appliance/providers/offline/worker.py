"""The offline worker, a process of its own: `python -m appliance.providers.offline.worker`.

Requests come on stdin, reports leave on stdout (`messages`). One thread reads, so that the end of
stdin ends the process whatever the other one, which loads and computes, is doing: the worker never
outlives its parent. Exit codes: 0 the parent is gone, 1 it cannot start (a `Broken` says why), 70 the
parent sent garbage; everything unforeseen ends in a traceback on stderr.
"""

import argparse
import faulthandler
import os
import sys
import threading
from typing import NoReturn

from appliance.errors import FailureCategory, ProtocolViolation, ProviderError
from appliance.pcm.formats import NEAR_RATE_HZ, samples_of_ms
from appliance.providers.offline.answers import answer
from appliance.providers.offline.jobs import Job, Jobs, Question
from appliance.providers.offline.messages import (
    Broken,
    Done,
    Reply,
    Report,
    Sound,
    Transcript,
    Warm,
    decoder_of_requests,
    encode,
)
from appliance.providers.offline.options import OfflineOptions
from appliance.providers.offline.voice import OUTPUT_RATE_HZ, synthesize

READ_BYTES = 65_536
CHUNK_SAMPLES = samples_of_ms(100, OUTPUT_RATE_HZ)
NICENESS = 10

STDIN, STDOUT, STDERR = 0, 1, 2
EXIT_CANNOT_START = 1
EXIT_GARBAGE = 70


class Reports:
    """The way back to the parent. Writing waits for a parent that is slow, and ends with it."""

    def __init__(self) -> None:
        # Native code prints as it likes: from here on what it prints is no report.
        self._out = os.fdopen(os.dup(STDOUT), "wb", buffering=0)
        os.dup2(STDERR, STDOUT)

    def send(self, report: Report) -> None:
        """Write one report; does not return when the parent is gone."""
        rest = memoryview(encode(report))
        try:
            while rest:
                rest = rest[self._out.write(rest) :]
        except BrokenPipeError:
            os._exit(0)


class Worker:
    """Hears, answers and speaks: one job after the other."""

    def __init__(self, options: OfflineOptions, reports: Reports) -> None:
        """Load everything and use it once. Raises `ProviderError`."""
        self._options = options
        self._reports = reports
        try:
            from appliance.providers.offline.recognizer import Recognizer
        except (ImportError, OSError) as error:
            message = f"speech-to-text cannot be loaded: {error}"
            raise ProviderError(FailureCategory.MODEL_UNAVAILABLE, message) from error
        self._recognizer = Recognizer()
        question = synthesize("What time is it?", options.voice, options.words_per_minute, NEAR_RATE_HZ)
        self._recognizer.transcribe(question)

    def do(self, job: Job) -> None:
        """Work `job` off; nothing more is reported of it once it is cancelled."""
        try:
            if isinstance(job, Question):
                self._answer(job)
                done = Done(job.number, len(job.pcm), job.dropped_samples)
            else:
                self._say(job, job.text)
                done = Done(job.number, 0, 0)
        except ProviderError as error:
            self._reports.send(Broken(job.number, error.category, str(error)))
        else:
            self._reports.send(done)

    def _answer(self, question: Question) -> None:
        heard = self._recognizer.transcribe(question.pcm)
        if question.cancelled.is_set():
            return
        reply = answer(heard, question.now)
        self._reports.send(Transcript(question.number, heard))
        self._reports.send(Reply(question.number, reply))
        self._say(question, reply)

    def _say(self, job: Job, text: str) -> None:
        pcm = synthesize(text, self._options.voice, self._options.words_per_minute)
        for start in range(0, len(pcm), CHUNK_SAMPLES):
            if job.cancelled.is_set():
                return
            self._reports.send(Sound(job.number, pcm[start : start + CHUNK_SAMPLES]))


def read_requests(jobs: Jobs) -> NoReturn:
    """Take requests until stdin ends, and the process with it."""
    decoder = decoder_of_requests()
    try:
        while data := os.read(STDIN, READ_BYTES):
            for request in decoder.feed(data):
                jobs.take(request)
    except ProtocolViolation as violation:
        print(f"offline worker: {violation}", file=sys.stderr, flush=True)
        os._exit(EXIT_GARBAGE)
    os._exit(0)


def main() -> int:
    """Run until the parent is gone."""
    faulthandler.enable()
    options = _options()
    if options.niced:
        os.nice(NICENESS)
    reports = Reports()
    jobs = Jobs()
    threading.Thread(target=read_requests, args=(jobs,), name="requests", daemon=True).start()
    try:
        worker = Worker(options, reports)
    except ProviderError as error:
        reports.send(Broken(0, error.category, str(error)))
        return EXIT_CANNOT_START
    reports.send(Warm())
    while True:
        worker.do(jobs.next())


def _options() -> OfflineOptions:
    parser = argparse.ArgumentParser(prog="offline worker")
    parser.add_argument("--voice", required=True)
    parser.add_argument("--words-per-minute", type=int, required=True)
    parser.add_argument("--niced", action="store_true")
    given = parser.parse_args()
    return OfflineOptions(given.voice, given.words_per_minute, given.niced)


if __name__ == "__main__":
    sys.exit(main())
