# shellcheck shell=bash
# What every verb of install.sh needs. Sourced.

readonly SYSTEM_PYTHON=/usr/bin/python3 # PyAudio has no wheels: it comes from Debian, so its Python must be used
readonly INSTALL_PACKAGES=(env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends)
readonly PACKAGE_LOCKS=(/var/lib/dpkg/lock-frontend /var/lib/dpkg/lock /var/lib/apt/lists/lock)
readonly PACKAGE_LOCK_TIMEOUT_S=900 # the first upgrades by itself of a fresh system, on a slow card

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
    local installed package
    # dpkg-query fails when it does not know a package, and still lists the others
    installed=$(dpkg-query --show --showformat='${Package} ${db:Status-Status}\n' "$@" 2>/dev/null) || true
    for package in "$@"; do
        grep -qx "$package installed" <<<"$installed" || printf '%s\n' "$package"
    done
}

# locked FILE…: whether a program holds one of them, as apt and dpkg do, who give up at once.
locked() {
    local inode
    for inode in $(stat --format %i -- "$@" 2>/dev/null); do
        ! grep -q ":$inode " /proc/locks || return 0
    done
    return 1
}

# A fresh system upgrades itself in its first minutes.
wait_for_packages() {
    local second
    ! locked "${PACKAGE_LOCKS[@]}" || say "Another program installs packages; waiting for it"
    for ((second = 0; second < PACKAGE_LOCK_TIMEOUT_S; second++)); do
        locked "${PACKAGE_LOCKS[@]}" || return 0
        sleep 1
    done
    fail "Another program still installs packages; run this again when it is done."
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

install_packages() {
    [ "$(id -u)" -eq 0 ] || command -v sudo >/dev/null ||
        fail "Installing system packages needs root, and there is no sudo; as root run: apt-get install $*"
    wait_for_packages
    # without package lists nothing is found; with stale ones the download fails: then, and only then, update
    apt-get --simulate install "$@" >/dev/null 2>&1 || as_root apt-get update
    as_root "${INSTALL_PACKAGES[@]}" "$@" || { as_root apt-get update && as_root "${INSTALL_PACKAGES[@]}" "$@"; } ||
        fail "The system packages could not be installed (see above); run this again when that is mended."
}

check_python() {
    "$SYSTEM_PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
        fail "The voice appliance needs Python 3.11 or newer; $SYSTEM_PYTHON is $("$SYSTEM_PYTHON" --version)."
}

# pip_install VENV OPTION…: into that environment, without what it would add by itself.
pip_install() {
    local venv=$1
    shift
    env PYTHONNOUSERSITE=1 "$venv/bin/python" -m pip --disable-pip-version-check install --no-deps "$@"
}

# install_locked VENV LOCK OPTION…: what requirements/LOCK.lock says, checked by hash.
install_locked() {
    local venv=$1 lock=$2
    shift 2
    pip_install "$venv" --require-hashes --only-binary :all: --requirement "requirements/$lock.lock" "$@"
}
