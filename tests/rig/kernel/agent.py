"""Runs in the machine: does what comes in over a port of the virtual machine, one command after the other.

A request is a line of JSON with `command` (a list), `given` (text for its standard input) and `timeout_s`;
the reply is one with `code`, `printed` and `complained`. Needs nothing but Python.
"""

import json
import subprocess
from typing import Any

PORT = "/dev/virtio-ports/rig"


def reply_to(request: dict[str, Any]) -> dict[str, object]:
    """Run it, and tell what came of it."""
    try:
        done = subprocess.run(
            request["command"],
            input=request["given"],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=request["timeout_s"],
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return {"code": -1, "printed": "", "complained": str(error)}
    return {"code": done.returncode, "printed": done.stdout, "complained": done.stderr}


def main() -> None:
    """Serve until the machine is switched off."""
    with open(PORT, "r+b", buffering=0) as port:
        while line := port.readline():
            data = json.dumps(reply_to(json.loads(line))).encode() + b"\n"
            while data:
                data = data[port.write(data) :]


if __name__ == "__main__":
    main()
