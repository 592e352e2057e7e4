#!/usr/bin/env bash
# Sets up the voice appliance in this clone, and shows or tests it (Debian 12, 13, Raspberry Pi OS; 64 bit).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

readonly SYSTEM_PYTHON=/usr/bin/python3 # PyAudio has no wheels: it comes from Debian, so its Python must be used
readonly VENV=$PWD/.venv
readonly PIP_INSTALL=(env PYTHONNOUSERSITE=1 "$VENV/bin/python" -m pip --disable-pip-version-check install --no-deps)
readonly STAMP=$VENV/installed # a line "LOCK HASH" for each lock file that is completely installed

# python3-pyaudio brings PortAudio; espeak-ng is the offline voice
readonly RUNTIME_PACKAGES=(ca-certificates espeak-ng python3 python3-pyaudio python3-venv)
# the virtual audio cable, recorded speech with known text, and the linter of this file
readonly TEST_PACKAGES=(libasound2-plugins pocketsphinx-testdata pulseaudio pulseaudio-utils shellcheck)

usage() {
    cat <<'END'
usage: ./install.sh VERB [--piper] [--dry-run]

  demo    set up .venv in this clone and show a spoken question being answered
  test    set up .venv with the test tools and run all checks and tests
  dev     set up .venv with the test tools and nothing else

  --piper     also install Piper, the better offline voice (GPL-3.0-or-later, 110 MB); afterwards:
              .venv/bin/appliance demo --set providers.offline.voice=piper
  --dry-run   only print what would be installed and run

Every verb leaves .venv/bin/appliance and can be run again at any time.
END
}

say() { printf '%s\n' "$*"; }

fail() {
    printf 'install.sh: %s\n' "$*" >&2
    exit 1
}

refuse_unsupported_systems() {
    command -v dpkg-query >/dev/null || fail "This needs Debian 12 or 13 or Raspberry Pi OS; there is no dpkg here."
    local architecture
    architecture=$(dpkg --print-architecture)
    case $architecture in
    amd64 | arm64) ;;
    *) fail "The voice appliance needs a 64-bit system (amd64 or arm64); this one is $architecture." ;;
    esac
}

# Prints those of the given packages that are not installed.
missing_packages() {
    local installed
    # dpkg-query fails when it does not know a package, and still lists the others
    installed=$(dpkg-query --show --showformat='${Package} ${db:Status-Status}\n' "$@" 2>/dev/null) || true
    local package
    for package in "$@"; do
        grep -qx "$package installed" <<<"$installed" || printf '%s\n' "$package"
    done
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

install_packages() {
    [ "$(id -u)" -eq 0 ] || command -v sudo >/dev/null ||
        fail "Installing system packages needs root, and there is no sudo; as root run: apt-get install $*"
    local install=(env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends "$@")
    # without package lists nothing is found; with stale ones the download fails: then, and only then, update
    apt-get --simulate install "$@" >/dev/null 2>&1 || as_root apt-get update
    as_root "${install[@]}" || { as_root apt-get update && as_root "${install[@]}"; }
}

stamp_of() { printf '%s %s\n' "$1" "$(cat "requirements/$1.lock" pyproject.toml | sha256sum | cut -d ' ' -f 1)"; }

venv_is_usable() { # made for this very path (scripts in it hold the path) and for the Python that is there now
    grep -qF -- "--system-site-packages $VENV" "$VENV/pyvenv.cfg" 2>/dev/null &&
        "$VENV/bin/python" -c 'import pip' 2>/dev/null
}

is_installed() {
    venv_is_usable && [ -x "$VENV/bin/appliance" ] && grep -qxF "$(stamp_of "$1")" "$STAMP" 2>/dev/null
}

check_python() {
    "$SYSTEM_PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
        fail "The voice appliance needs Python 3.11 or newer; $SYSTEM_PYTHON is $("$SYSTEM_PYTHON" --version)."
}

install_environment() {
    local lock=$1
    if ! venv_is_usable; then
        rm -rf -- "$VENV"
        "$SYSTEM_PYTHON" -m venv --system-site-packages "$VENV"
    fi
    if ! "${PIP_INSTALL[@]}" --require-hashes --only-binary :all: --requirement "requirements/$lock.lock" ||
        ! "${PIP_INSTALL[@]}" --no-index --no-build-isolation --editable .; then
        fail "The Python packages could not be installed (see above); run this again when that is mended."
    fi
    stamp_of "$lock" >>"$STAMP"
}

# Piper comes on top of either lock file; its model is data of the environment.
install_piper() {
    if ! "${PIP_INSTALL[@]}" --require-hashes --only-binary :all: --requirement requirements/piper.lock ||
        ! "$VENV/bin/python" scripts/fetch_models.py --piper; then
        fail "Piper could not be installed (see above); run this again when that is mended."
    fi
    stamp_of piper >>"$STAMP"
}

step() {
    printf '\n==> %s\n' "$*"
    "$@"
}

run_tests() {
    step .venv/bin/ruff check .
    step .venv/bin/ruff format --check .
    step .venv/bin/mypy
    step .venv/bin/lint-imports --no-logo
    step shellcheck install.sh .ci/run requirements/update
    # most tests wait, for sound in real time; those at the cable measure, and have the machine for themselves
    step .venv/bin/python -m pytest -m 'not cable' --numprocesses 4 --dist loadfile
    step .venv/bin/python -m pytest -m cable
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
    local verb=$1 piper=$2 dry_run=$3 lock=test packages=("${RUNTIME_PACKAGES[@]}") missing
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

misused() {
    usage >&2
    exit 2
}

main() {
    local verb='' piper=false dry_run=false argument
    for argument in "$@"; do
        case $argument in
        --dry-run) dry_run=true ;;
        --piper) piper=true ;;
        -h | --help)
            usage
            return 0
            ;;
        demo | test | dev)
            [ -z "$verb" ] || misused
            verb=$argument
            ;;
        *) misused ;;
        esac
    done
    [ -n "$verb" ] || misused
    refuse_unsupported_systems
    set_up "$verb" "$piper" "$dry_run"
}

main "$@"
