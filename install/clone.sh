# shellcheck shell=bash
# The verbs demo, test and dev: an environment in this clone, .venv, and what is shown or tested in it. Sourced.

readonly VENV=$PWD/.venv
readonly STAMP=$VENV/installed # a line "LOCK HASH" for each lock file that is completely installed

# python3-pyaudio brings PortAudio; espeak-ng is the offline voice
readonly CLONE_PACKAGES=(ca-certificates espeak-ng python3 python3-pyaudio python3-venv)
# the virtual audio cable, recorded speech with known text, the linter of this file, and a Debian in a container
readonly TEST_PACKAGES=(libasound2-plugins pocketsphinx-testdata pulseaudio pulseaudio-utils shellcheck
    e2fsprogs mmdebstrap qemu-system-x86 systemd-container)

stamp_of() { printf '%s %s\n' "$1" "$(cat "requirements/$1.lock" pyproject.toml | sha256sum | cut -d ' ' -f 1)"; }

venv_is_usable() { # made for this very path (scripts in it hold the path) and for the Python that is there now
    grep -qF -- "--system-site-packages $VENV" "$VENV/pyvenv.cfg" 2>/dev/null &&
        "$VENV/bin/python" -c 'import pip' 2>/dev/null
}

is_installed() {
    venv_is_usable && [ -x "$VENV/bin/appliance" ] && grep -qxF "$(stamp_of "$1")" "$STAMP" 2>/dev/null
}

install_environment() {
    local lock=$1
    if ! venv_is_usable; then
        rm -rf -- "$VENV"
        "$SYSTEM_PYTHON" -m venv --system-site-packages "$VENV"
    fi
    if ! install_locked "$VENV" "$lock" || ! pip_install "$VENV" --no-index --no-build-isolation --editable .; then
        fail "The Python packages could not be installed (see above); run this again when that is mended."
    fi
    stamp_of "$lock" >>"$STAMP"
}

# Piper comes on top of either lock file; its model is data of the environment.
install_piper() {
    if ! install_locked "$VENV" piper ||
        ! "$VENV/bin/python" scripts/fetch_models.py --piper; then
        fail "Piper could not be installed (see above); run this again when that is mended."
    fi
    stamp_of piper >>"$STAMP"
}

step() {
    printf '\n==> %s\n' "$*"
    "$@"
}

# What has time goes on beside the rest, NAME COMMAND…; `finish_beside NAME` waits for it and tells what it said.
declare -A BESIDE=() # name → process

start_beside() {
    local name=$1
    shift
    BESIDE_SAYS=${BESIDE_SAYS:-$(mktemp --directory)}
    trap stop_beside EXIT
    "$@" >"$BESIDE_SAYS/$name" 2>&1 &
    BESIDE[$name]=$!
}

finish_beside() {
    local name=$1 ended=0
    wait "${BESIDE[$name]}" || ended=$?
    unset "BESIDE[$name]"
    cat -- "$BESIDE_SAYS/$name"
    return "$ended"
}

stop_beside() { # what it started it ends itself
    local process
    for process in "${BESIDE[@]}"; do
        if kill "$process" 2>/dev/null; then wait "$process" || true; fi
    done
    rm -rf -- "$BESIDE_SAYS"
}

# One that fails does not keep the others from telling what they found.
run_tests() {
    local failed=() failure
    step .venv/bin/ruff check .
    step .venv/bin/ruff format --check .
    step .venv/bin/mypy
    step .venv/bin/lint-imports --no-logo
    step shellcheck --external-sources install.sh .ci/run requirements/update requirements/check
    # most tests wait, for sound in real time
    attempt .venv/bin/python -m pytest -m 'not cable and not rig' --numprocesses 4 --dist loadfile
    # ten minutes of questions in real time beside containers, which mostly wait
    step start_beside long_run .venv/bin/python -m tests.bench.long_run --minutes 10
    attempt .venv/bin/python -m pytest -m rig -rs --ignore tests/rig/kernel
    # an emulated machine has a clock of its own, and takes what the others leave
    step start_beside emulated nice --adjustment 19 .venv/bin/python -m pytest -m rig -rs tests/rig/kernel
    # the air between loudspeaker and microphone carries on a busy machine as well
    attempt .venv/bin/python -m pytest -m cable tests/cable/test_echo.py
    attempt finish_beside long_run
    attempt .venv/bin/python -m pytest -m cable --ignore tests/cable/test_echo.py
    attempt finish_beside emulated
    for failure in ${failed[@]+"${failed[@]}"}; do say "FAILED: $failure"; done
    [ ${#failed[@]} -eq 0 ]
}

attempt() { # of run_tests: what fails goes into `failed`; interrupted (2, says pytest) it is over
    local ended=0
    step "$@" || ended=$?
    [ "$ended" -ne 2 ] || exit 130
    [ "$ended" -eq 0 ] || failed+=("$*")
}

print_plan() {
    local verb=$1 lock=$2
    if [ ${#missing[@]} -gt 0 ]; then
        say "System packages to install: ${missing[*]}"
    else
        say "System packages: all there."
    fi
    if $environment_missing; then
        say "Python packages to install into .venv: $(grep -c == "requirements/$lock.lock"), checked by hash (requirements/$lock.lock)"
    else
        say "Python packages: all there."
    fi
    if $piper_missing; then
        say "Piper to install into .venv: $(grep -c == requirements/piper.lock) packages, checked by hash (requirements/piper.lock), and its voice"
    fi
    case $verb in
    demo) say "Then: .venv/bin/appliance demo" ;;
    test) say "Then: ruff, mypy, lint-imports, shellcheck, pytest" ;;
    esac
}

set_up() {
    local verb=$1 piper=$2 dry_run=$3 lock=test packages=("${CLONE_PACKAGES[@]}") missing
    local environment_missing=true piper_missing=$piper
    [ "$verb" != test ] || packages+=("${TEST_PACKAGES[@]}")
    [ "$verb" != demo ] || is_installed test || lock=runtime
    mapfile -t missing < <(missing_packages "${packages[@]}")
    ! is_installed "$lock" || environment_missing=false
    ! is_installed piper || piper_missing=false

    print_plan "$verb" "$lock"
    ! $dry_run || return 0
    [ ${#missing[@]} -eq 0 ] || install_packages "${missing[@]}"
    check_python
    ! $environment_missing || install_environment "$lock"
    ! $piper_missing || install_piper
    case $verb in
    demo) exec "$VENV/bin/appliance" demo ;;
    test) run_tests ;;
    dev) say "Ready: .venv/bin/appliance" ;;
    esac
}
