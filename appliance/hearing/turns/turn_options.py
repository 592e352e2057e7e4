"""What turns and runs of speech are told apart by."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TurnOptions:
    """When speech counts for what. Thresholds are probabilities, the rest milliseconds and seconds.

    Marks that a run or a turn passes while speech goes on are taken at the window nearest to
    them, so at most half a window early or late; silence is never cut short.
    """

    speech_threshold: float = 0.5  # a run begins here …
    silence_threshold: float = 0.35  # … and a window below this is no speech
    min_speech_ms: int = 200
    hush_ms: int = 150
    confirmed_ms: int = 500
    confirm_ms: int = 700
    end_silence_ms: int = 800
    end_silence_min_ms: int = 200
    end_silence_max_ms: int = 3000
    asks_model: bool = False  # whether the turn sounds complete
    learns_pauses: bool = False  # end_silence_ms is only where it begins
    no_speech_s: float = 8  # a turn that the button opened waits so long for the first word
    max_turn_s: float = 30
    run_gap_ms: int = 200  # a pause that ends a run; not longer than end_silence_ms
    auto_complete: bool = True  # False: silence does not end a turn
