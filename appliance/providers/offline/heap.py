"""What the worker's heap keeps of memory that nobody uses any more."""

import ctypes
import gc


def set_aside() -> None:
    """What is there now stays: the collector need not look at it again. To be called once all is loaded."""
    gc.collect()
    gc.freeze()


def give_back() -> None:
    """Return to the system what was freed; nothing where the C library is not glibc.

    Jobs are of every length, and what the recognizer frees of one lies between what stays and fits no other:
    without this the worker takes 12 MB more, and grows by some 6 kB with each question
    (`python -m tests.bench.long_run`). What refers to itself waits for a collector that seldom comes.
    """
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
