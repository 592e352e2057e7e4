#!/usr/bin/env bash
# Installs the voice appliance as a service, or shows and tests it in this clone
# (Debian 12, 13, Raspberry Pi OS; 64 bit).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
# shellcheck source=install/common.sh
. install/common.sh
# shellcheck source=install/clone.sh
. install/clone.sh
# shellcheck source=install/files.sh
. install/files.sh
# shellcheck source=install/version.sh
. install/version.sh
# shellcheck source=install/service.sh
. install/service.sh
# shellcheck source=install/offline.sh
. install/offline.sh
# shellcheck source=install/bundle.sh
. install/bundle.sh
# shellcheck source=install/keys.sh
. install/keys.sh
# shellcheck source=install/system.sh
. install/system.sh

usage() {
    cat <<'END'
usage: sudo ./install.sh [--piper] [--offline DIR] [--dry-run]
       sudo ./install.sh --check | --rollback | --uninstall [--purge]
       sudo ./install.sh set-key NAME
       ./install.sh bundle DIR [--release NAME] [--arch amd64|arm64] [--piper]
       ./install.sh demo|test|dev [--piper] [--dry-run]

  (nothing)     install or upgrade the service, and start it; can be run again at any time
  --offline DIR take everything from a folder that `bundle` made, nothing from the network
  --check       say what is there and what is missing, change nothing; exit 1 if anything is missing
  --rollback    go back to the version before
  --uninstall   remove the program; with --purge also configuration, keys and state
  set-key NAME  keep a key, read from the terminal or standard input, encrypted for this machine
  bundle DIR    with a network: collect what --offline needs, for a release (bookworm, trixie) and machine

  demo          set up .venv in this clone and show a spoken question being answered
  test          set up .venv with the test tools and run all checks and tests
  dev           set up .venv with the test tools and nothing else

  --piper       also install Piper, the better offline voice (GPL-3.0-or-later, 110 MB)
  --dry-run     only say what would be done
END
}

misused() {
    usage >&2
    exit 2
}

need_root() { # DESTDIR is a tree of one's own
    [ -z "${DESTDIR-}" ] || return 0
    [ "$(id -u)" -eq 0 ] || fail "This changes the system: run it as root, with sudo ./install.sh."
    command -v systemctl >/dev/null || fail "The service needs systemd, which this system does not have."
}

# take VERB: there is one verb.
take() {
    [ -z "$verb" ] || misused
    verb=$1
}

main() {
    local verb='' piper=false dry_run=false purge=false offline='' name='' release='' architecture=''
    while [ $# -gt 0 ]; do
        case $1 in
        -h | --help) usage && return 0 ;;
        --dry-run) dry_run=true ;;
        --piper) piper=true ;;
        --purge) purge=true ;;
        --check | --rollback | --uninstall) take "$1" ;;
        demo | test | dev) take "$1" ;;
        --offline | --release | --arch)
            [ $# -ge 2 ] || misused
            case $1 in
            --offline) offline=$(realpath -- "$2") ;;
            --release) release=$2 ;;
            --arch) architecture=$2 ;;
            esac
            shift
            ;;
        set-key | bundle)
            [ $# -ge 2 ] || misused
            take "$1" && name=$2
            shift
            ;;
        *) misused ;;
        esac
        shift
    done
    ! $purge || [ "$verb" = --uninstall ] || misused
    refuse_unsupported_systems
    perform
}

perform() {
    umask 022 # the service reads what root writes
    [ -n "$verb" ] && [ "$verb" != --check ] || ! piper_is_there || piper=true # it stays
    case $verb in
    demo | test | dev) set_up "$verb" "$piper" "$dry_run" ;;
    bundle) make_bundle "$name" "$release" "$architecture" ;;
    set-key) need_root && set_key "$name" ;;
    --check) check_system ;;
    --rollback) need_root && roll_back ;;
    --uninstall) need_root && uninstall "$purge" ;;
    '')
        check_offline
        if $dry_run; then
            dry_run_system
        else
            need_root
            install_system
        fi
        ;;
    esac
}

main "$@"
