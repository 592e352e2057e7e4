"""A key that this machine cannot decrypt costs its provider, not the appliance.

systemd starts nothing where one credential cannot be had. It runs this as root after such an end
(`ExecStopPost=`), and the next start comes with a word in place of that key, which its provider refuses:
whoever else is configured answers.
"""

import subprocess
import sys
from typing import Final

from appliance.service.set_key import KeyStore

_RELOAD_TIMEOUT_S: Final = 5  # systemd reads its files in well under a second


def main(store: KeyStore) -> int:
    """Let the next start be without the keys that cannot be decrypted, and say which; 1 if it cannot."""
    try:
        left_out = store.leave_out_unreadable()
        if left_out:
            subprocess.run(["systemctl", "daemon-reload"], check=True, timeout=_RELOAD_TIMEOUT_S)
    except (OSError, subprocess.SubprocessError) as error:
        print(f"<3>the keys could not be looked at: {type(error).__name__}", file=sys.stderr)
        return 1
    for name in left_out:
        print(
            f"<3>the key {name} cannot be decrypted on this machine, so it goes on without it;"
            f" set it again: sudo appliance set-key {name}",
            file=sys.stderr,
        )
    return 0


if __name__ == "__main__":
    sys.exit(main(KeyStore()))
