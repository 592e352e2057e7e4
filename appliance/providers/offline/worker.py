"""The offline worker, a process of its own: `python -m appliance.providers.offline.worker`.

Requests come on stdin, reports leave on stdout (`frames`). One thread reads, so that the end of
stdin ends the process whatever the others are doing: the worker never outlives its parent. One
hears, one speaks: what is said over an answer is read while the answer is still being made. Exit
codes: 0 the parent is gone, 1 it cannot start (a `Broken` says why), 70 the parent sent garbage;
everything unforeseen ends in a traceback on stderr.
"""

import argparse
import faulthandler
import os
import sys
import threading
import traceback
from typing import NoReturn

from appliance.errors import FailureCategory, ProviderError
from appliance.pcm.formats import NEAR_RATE_HZ, samples_of_ms
from appliance.providers.offline.answers import answer
from appliance.providers.offline.jobs import Jobs, Question, Reading, Sentence
from appliance.providers.offline.messages import Broken, Done, Reply, Sound, Transcript, Warm
from appliance.providers.offline.options import OfflineOptions
from appliance.providers.offline.reports import Reports
from appliance.providers.offline.requests import start_reading
from appliance.providers.offline.voice import OUTPUT_RATE_HZ, synthesize

CHUNK_SAMPLES = samples_of_ms(100, OUTPUT_RATE_HZ)
NICENESS = 10

EXIT_CANNOT_START = 1
EXIT_OUR_FAULT = 70


class Ears:
    """Hears, and knows what to answer: one job after the other."""

    def __init__(self, options: OfflineOptions, jobs: Jobs, reports: Reports) -> None:
        """Load the model and use it once, on what the voice says. Raises `ProviderError`."""
        self._jobs = jobs
        self._reports = reports
        try:
            from appliance.providers.offline.recognizer import Recognizer
        except (ImportError, OSError) as error:
            message = f"speech-to-text cannot be loaded: {error}"
            raise ProviderError(FailureCategory.MODEL_UNAVAILABLE, message) from error
        self._recognizer = Recognizer()
        question = synthesize("What time is it?", options.voice, options.words_per_minute, NEAR_RATE_HZ)
        self._recognizer.transcribe(question)

    def run(self) -> NoReturn:
        """Work off what is to be heard."""
        while True:
            job = self._jobs.next_heard()
            try:
                self._hear(job)
            except ProviderError as error:
                self._reports.send(Broken(job.number, error.category, str(error)))
                self._jobs.finish(job.number)

    def _hear(self, job: Question | Reading) -> None:
        heard = self._recognizer.transcribe(job.pcm)
        if job.cancelled.is_set():
            self._jobs.finish(job.number)
            return
        self._reports.send(Transcript(job.number, heard))
        if isinstance(job, Question):
            reply = answer(heard, job.now)
            self._reports.send(Reply(job.number, reply))
            self._jobs.reply(job, reply)
        else:
            self._reports.send(Done(job.number, len(job.pcm), 0))
            self._jobs.finish(job.number)


class Mouth:
    """Speaks: one text after the other."""

    def __init__(self, options: OfflineOptions, jobs: Jobs, reports: Reports) -> None:
        self._options = options
        self._jobs = jobs
        self._reports = reports

    def run(self) -> NoReturn:
        """Work off what is to be said."""
        while True:
            job = self._jobs.next_said()
            try:
                self._say(job)
            except ProviderError as error:
                self._reports.send(Broken(job.number, error.category, str(error)))
            else:
                self._reports.send(Done(job.number, job.taken_samples, job.dropped_samples))
            self._jobs.finish(job.number)

    def _say(self, job: Sentence) -> None:
        pcm = synthesize(job.text, self._options.voice, self._options.words_per_minute)
        for start in range(0, len(pcm), CHUNK_SAMPLES):
            if job.cancelled.is_set():
                return
            self._reports.send(Sound(job.number, pcm[start : start + CHUNK_SAMPLES]))


def main() -> NoReturn:
    """Run until the parent is gone."""
    faulthandler.enable()
    threading.excepthook = _end_with_the_thread
    options = _options()
    if options.niced:
        os.nice(NICENESS)
    reports = Reports()
    jobs = Jobs()
    start_reading(jobs)
    try:
        ears = Ears(options, jobs, reports)
    except ProviderError as error:
        reports.send(Broken(0, error.category, str(error)))
        sys.exit(EXIT_CANNOT_START)
    mouth = Mouth(options, jobs, reports)
    threading.Thread(target=mouth.run, name="mouth", daemon=True).start()
    reports.send(Warm())
    ears.run()


def _end_with_the_thread(unforeseen: threading.ExceptHookArgs) -> NoReturn:
    """A worker with half its threads is worse than none, which is replaced."""
    traceback.print_exception(unforeseen.exc_value)
    os._exit(EXIT_OUR_FAULT)


def _options() -> OfflineOptions:
    parser = argparse.ArgumentParser(prog="offline worker")
    parser.add_argument("--voice", required=True)
    parser.add_argument("--words-per-minute", type=int, required=True)
    parser.add_argument("--niced", action="store_true")
    given = parser.parse_args()
    return OfflineOptions(given.voice, given.words_per_minute, given.niced)


if __name__ == "__main__":
    main()
