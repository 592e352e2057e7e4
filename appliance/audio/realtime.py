"""Realtime for what moves sound: it runs before everything else, for the little that it does.

Allowed by the service (`LimitRTPRIO=`) and for root; elsewhere it is not there, and sound works as well as
the machine has time. Imports next to nothing: a device's process has it too.
"""

import os

# Of 1…99, 20 is the most that the service may have. Below the kernel's interrupt threads (50), which
# bring the sound. The threads of the daemon are above a device's process: one that spins in a driver must
# not keep those from running who kill it.
DEVICE_PRIORITY = 10
THREAD_PRIORITY = 12


def ask_for_realtime(priority: int) -> bool:
    """Let the calling thread run before others, but nothing that it starts; whether that was granted."""
    try:
        os.sched_setscheduler(0, os.SCHED_RR | os.SCHED_RESET_ON_FORK, os.sched_param(priority))
    except OSError:
        return False
    return True
