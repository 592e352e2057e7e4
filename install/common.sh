# shellcheck shell=bash
# What every verb of install.sh needs. Sourced.

readonly SYSTEM_PYTHON=/usr/bin/python3 # PyAudio has no wheels: it comes from Debian, so its Python must be used
readonly INSTALL_PACKAGES=(env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends)

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

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

install_packages() {
    [ "$(id -u)" -eq 0 ] || command -v sudo >/dev/null ||
        fail "Installing system packages needs root, and there is no sudo; as root run: apt-get install $*"
    # without package lists nothing is found; with stale ones the download fails: then, and only then, update
    apt-get --simulate install "$@" >/dev/null 2>&1 || as_root apt-get update
    as_root "${INSTALL_PACKAGES[@]}" "$@" || { as_root apt-get update && as_root "${INSTALL_PACKAGES[@]}" "$@"; }
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
