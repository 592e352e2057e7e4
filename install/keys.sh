# shellcheck shell=bash
# `set-key`, which is the same as `appliance set-key`, without an installed appliance. Sourced.

set_key() {
    check_python
    PYTHONPATH=$PWD PYTHONDONTWRITEBYTECODE=1 exec "$SYSTEM_PYTHON" -P -m appliance.service.set_key "$1"
}
