# shellcheck shell=bash
# The appliance as a service of this system: install, check, dry run, roll back, uninstall. Sourced.
#
# A step is a pair of functions: STEP_missing prints what is not there, a line each; STEP_install brings it.
# Everything else follows: `--check` and `--dry-run` print, a second run finds nothing to do, and a run after
# a killed one goes on where that stood.

readonly PACKAGES=(ca-certificates espeak-ng python3 python3-pyaudio python3-venv tzdata)
readonly PACKAGES_WHERE_THEY_EXIST=(python3-lgpio)
readonly STEPS=(packages version config files account service)

wanted_packages() {
    printf '%s\n' "${PACKAGES[@]}"
    local package
    for package in "${PACKAGES_WHERE_THEY_EXIST[@]}"; do
        ! package_exists "$package" || printf '%s\n' "$package"
    done
}

package_exists() {
    if [ -n "$offline" ]; then
        offline_package_exists "$1"
    else
        apt-cache policy "$1" 2>/dev/null | grep '^  Candidate: [^(]' >/dev/null
    fi
}

packages_missing() {
    local wanted
    mapfile -t wanted < <(wanted_packages)
    missing_packages "${wanted[@]}"
}

packages_install() {
    local missing
    wait_for_packages
    # a fresh image has no lists, and what would be installed depends on them
    [ -n "$offline" ] || package_exists python3-venv || apt-get update
    mapfile -t missing < <(packages_missing)
    say "Installing system packages: ${missing[*]}"
    dpkg --configure -a # what a run that was killed left half done
    if [ -n "$offline" ]; then install_offline_packages "${missing[@]}"; else install_packages "${missing[@]}"; fi
}

version_missing() {
    local wanted
    wanted=$(version_of_clone)
    { [ "$(linked current)" = "$wanted" ] && is_complete "$wanted"; } || say "version $wanted"
}

version_install() {
    local wanted
    wanted=$(version_of_clone)
    check_python
    build_version "$wanted"
    refuse_configuration_of_others "$wanted"
    switch_to "$wanted"
}

steps_here() { # DESTDIR is a tree that runs nothing
    [ -z "${DESTDIR-}" ] && printf '%s\n' "${STEPS[@]}" || printf '%s\n' version config files
}

take_lock() {
    mkdir -p "$BASE"
    exec 9>>"$BASE/.lock"
    flock --nonblock 9 || fail "Another install.sh is at work on this machine; wait for it."
}

# bring STEP…: those of the steps that have anything missing; sets `changed`.
bring() {
    local step missing
    for step in "$@"; do
        missing=$("${step}_missing")
        [ -n "$missing" ] || continue
        changed=true
        "${step}_install"
        [ "$step" != files ] || [ -n "${DESTDIR-}" ] || announce_files
    done
}

install_system() {
    local steps changed=false
    take_lock
    mapfile -t steps < <(steps_here)
    bring "${steps[@]}"
    clear_leftovers
    $changed || say "All is there; nothing was changed."
    [ -n "${DESTDIR-}" ] || report
}

# show_missing WORD: 1 if anything is missing.
show_missing() {
    local step missing line any=0
    for step in $(steps_here); do
        missing=$("${step}_missing" 2>/dev/null || true)
        [ -n "$missing" ] || say "there     $step"
        while IFS= read -r line; do
            [ -z "$line" ] || { say "$1   $step: $line" && any=1; }
        done <<<"$missing"
    done
    return $any
}

check_system() { show_missing missing; }

dry_run_system() { show_missing "would do" || true; }

roll_back() {
    local back changed=false
    take_lock
    back=$(linked previous)
    is_complete "$back" || fail "There is no previous version to go back to."
    [ "$back" != "$(linked current)" ] || fail "The previous version runs already."
    refuse_configuration_of_others "$back"
    switch_to "$back"
    if [ -n "${DESTDIR-}" ]; then bring config files; else bring config files account service; fi
    say "Back at version $(linked current); ./install.sh --rollback again returns to $(linked previous)."
}

uninstall() {
    local purge=$1
    take_lock
    if [ -z "${DESTDIR-}" ] && is_booted; then
        say "Stopping the service"
        systemctl disable --now --quiet "$SERVICE" 2>/dev/null || true
    fi
    files_remove
    [ -n "${DESTDIR-}" ] || announce_files
    ! $purge || purge_data
    rm -rf -- "$BASE"
    $purge || say "Configuration, keys and state stay; \`./install.sh --uninstall --purge\` removes them too."
    say "The voice appliance is uninstalled."
}

purge_data() {
    rm -rf -- "$ETC" "$DROP_INS" "${DESTDIR-}/var/lib/voice-appliance"
    [ -z "${DESTDIR-}" ] || return 0
    ! getent passwd "$SERVICE" >/dev/null || userdel "$SERVICE"
    ! getent group "$SERVICE" >/dev/null || groupdel "$SERVICE" # which the owner is in
}
