"""What programs that we start get to know of our environment."""

import os

# Where programs, the home, the clock and the voices are. Never a key.
_PASSED_ON = frozenset({"PATH", "HOME", "TZ", "LANG", "LC_ALL", "LC_CTYPE", "PYTHONPATH", "ESPEAK_DATA_PATH"})


def without_keys() -> dict[str, str]:
    """The part of this process's environment that holds no secret."""
    return {name: value for name, value in os.environ.items() if name in _PASSED_ON}
