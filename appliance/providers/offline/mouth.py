"""What the offline worker says, and with which voice: Piper where it is there in time, espeak-ng always."""

import time
from collections.abc import Iterator
from typing import NoReturn

import numpy as np

from appliance.errors import ProviderError
from appliance.pcm.formats import Pcm, samples_of_ms
from appliance.providers.clauses import Piece, pieces_of
from appliance.providers.offline.heap import give_back
from appliance.providers.offline.jobs import Jobs, Sentence
from appliance.providers.offline.loudness import OUTPUT_RATE_HZ
from appliance.providers.offline.messages import Broken, Done, Notice, Sound
from appliance.providers.offline.options import OfflineOptions
from appliance.providers.offline.piper import Piper
from appliance.providers.offline.reports import Reports
from appliance.providers.offline.voice import synthesize

CHUNK_SAMPLES = samples_of_ms(100, OUTPUT_RATE_HZ)

# Piper takes 6 ms a character here, so its first piece is a clause; espeak-ng takes 0.1 ms, and sounds
# best when it has the whole sentence.
PIPER_FIRST_CHARS, PIPER_MAX_CHARS = 30, 150
ESPEAK_FIRST_CHARS, ESPEAK_MAX_CHARS = 150, 300
# A clause takes Piper 0.2 s here and about 1 s on a Pi. Longer, and a person wonders: then espeak-ng
# says it.
PIPER_PATIENCE_S = 1.5


class Mouth:
    """Speaks: one text after the other. Never silent where espeak-ng can speak."""

    def __init__(self, options: OfflineOptions, jobs: Jobs, reports: Reports, piper: Piper | None) -> None:
        self._options = options
        self._jobs = jobs
        self._reports = reports
        self._piper = piper

    def run(self) -> NoReturn:
        """Work off what is to be said."""
        while True:
            job = self._jobs.next_said()
            try:
                self.say(job)
            except ProviderError as error:
                self._reports.send(Broken(job.number, error.category, str(error)))
            else:
                self._reports.send(Done(job.number, job.taken_samples, job.dropped_samples))
            self._jobs.finish(job.number)
            give_back()  # now that nobody waits for it

    def say(self, job: Sentence) -> None:
        """The sound of one text, until it is cancelled. Raises `ProviderError` where no voice can."""
        for pcm in self._pieces(job):
            for start in range(0, len(pcm), CHUNK_SAMPLES):
                if job.cancelled.is_set():
                    return
                self._reports.send(Sound(job.number, pcm[start : start + CHUNK_SAMPLES]))

    def _pieces(self, job: Sentence) -> Iterator[Pcm]:
        """The text's sound, piece by piece, with the pauses between. One voice, until it fails."""
        piper = self._piper if self._piper and self._piper.is_ready() else None
        first, most = (
            (PIPER_FIRST_CHARS, PIPER_MAX_CHARS) if piper else (ESPEAK_FIRST_CHARS, ESPEAK_MAX_CHARS)
        )
        began_s, said_samples, pause_ms = time.monotonic(), 0, 0
        for piece in pieces_of(job.text, first, most):
            if job.cancelled.is_set():
                return
            pcm = None
            if piper is not None:
                heard_s = time.monotonic() - began_s
                ahead_s = max(0.0, said_samples / OUTPUT_RATE_HZ - heard_s)
                pcm = self._piper_says(piper, job, piece, PIPER_PATIENCE_S / min(1.0, job.speed) + ahead_s)
            if pcm is None:
                piper = None
                words_per_minute = round(self._options.words_per_minute * job.speed)
                pcm = synthesize(piece.text, self._options.voice, words_per_minute)
            pause = np.zeros(samples_of_ms(pause_ms, OUTPUT_RATE_HZ), np.int16)
            said_samples += len(pause) + len(pcm)
            yield np.concatenate((pause, pcm))
            pause_ms = piece.pause_ms

    def _piper_says(self, piper: Piper, job: Sentence, piece: Piece, patience_s: float) -> Pcm | None:
        """The piece; None where espeak-ng has to say it."""
        text = piece.text if not piece.text[-1].isalnum() else piece.text + ","  # else it ends abruptly
        try:
            return piper.say(job.number, text, job.cancelled, patience_s, job.speed)
        except ProviderError as error:
            self._reports.send(Notice(f"{error}; espeak-ng says the rest"))
            return None
