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
from pathlib import Path
from typing import NoReturn

from appliance.errors import FailureCategory, ProviderError
from appliance.pcm.formats import NEAR_RATE_HZ
from appliance.providers.offline.answers import answer
from appliance.providers.offline.command_ear import CommandEar
from appliance.providers.offline.command_words import LONGEST_SAMPLES, corrected
from appliance.providers.offline.heap import give_back, set_aside
from appliance.providers.offline.jobs import Jobs, Question, Reading
from appliance.providers.offline.messages import Broken, Done, Notice, Reply, Transcript, Warm
from appliance.providers.offline.mouth import Mouth
from appliance.providers.offline.options import OfflineOptions
from appliance.providers.offline.piper import Piper, command_of
from appliance.providers.offline.reports import Reports
from appliance.providers.offline.requests import start_reading
from appliance.providers.offline.voice import synthesize

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
        self._commands = _command_ear(reports)
        question = synthesize("What time is it?", options.voice, options.words_per_minute, NEAR_RATE_HZ)
        self._recognizer.transcribe(question)
        if self._commands is not None:
            self._commands.word(question[:LONGEST_SAMPLES])

    def run(self) -> NoReturn:
        """Work off what is to be heard."""
        while True:
            job = self._jobs.next_heard()
            try:
                self._hear(job)
            except ProviderError as error:
                self._reports.send(Broken(job.number, error.category, str(error)))
                self._jobs.finish(job.number)
            give_back()  # now that nobody waits for it

    def _hear(self, job: Question | Reading) -> None:
        heard = self._recognizer.transcribe(job.pcm)
        if self._commands is not None and isinstance(job, Reading) and job.over_answer:
            heard = corrected(heard, self._commands.word(job.pcm))
        if job.cancelled.is_set():
            self._jobs.finish(job.number)
            return
        self._reports.send(Transcript(job.number, heard))
        if isinstance(job, Question):
            reply = answer(heard, job.now, stands_in=job.stands_in)
            self._reports.send(Reply(job.number, reply))
            self._jobs.reply(job, reply)
        else:
            self._reports.send(Done(job.number, len(job.pcm), job.dropped_samples))
            self._jobs.finish(job.number)


def main() -> NoReturn:
    """Run until the parent is gone."""
    faulthandler.enable()
    threading.excepthook = _end_with_the_thread
    options = _options()
    if options.niced:
        os.nice(NICENESS)
    reports = Reports()
    piper = _piper(options, reports)
    jobs = Jobs(piper.break_off if piper else None)
    start_reading(jobs)
    try:
        ears = Ears(options, jobs, reports)
    except ProviderError as error:
        reports.send(Broken(0, error.category, str(error)))
        sys.exit(EXIT_CANNOT_START)
    mouth = Mouth(options, jobs, reports, piper)
    threading.Thread(target=mouth.run, name="mouth", daemon=True).start()
    set_aside()
    reports.send(Warm())  # nobody waits for Piper: espeak-ng answers until it is loaded
    ears.run()


def _command_ear(reports: Reports) -> CommandEar | None:
    try:
        return CommandEar()
    except ProviderError as error:
        reports.send(Notice(f"“stop” and “wait” are read no better than other words: {error}"))
        return None


def _piper(options: OfflineOptions, reports: Reports) -> Piper | None:
    if not options.piper_model:
        return None
    return Piper(command_of(Path(options.piper_model)), lambda text: reports.send(Notice(text)))


def _end_with_the_thread(unforeseen: threading.ExceptHookArgs) -> NoReturn:
    """A worker with half its threads is worse than none, which is replaced."""
    traceback.print_exception(unforeseen.exc_value)
    os._exit(EXIT_OUR_FAULT)


def _options() -> OfflineOptions:
    parser = argparse.ArgumentParser(prog="offline worker")
    parser.add_argument("--voice", required=True)
    parser.add_argument("--words-per-minute", type=int, required=True)
    parser.add_argument("--niced", action="store_true")
    parser.add_argument("--piper-model", default="")
    given = parser.parse_args()
    return OfflineOptions(given.voice, given.words_per_minute, given.niced, given.piper_model)


if __name__ == "__main__":
    main()
