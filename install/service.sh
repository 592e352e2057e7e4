# shellcheck shell=bash
# The user, the kernel's and systemd's view of what was laid out, and the running service. Sourced.

readonly SERVICE=voice-appliance
readonly START_TIMEOUT_S=45 # armed within 5 s where a microphone is; a Raspberry Pi with a slow card takes longer

account_missing() {
    getent passwd "$SERVICE" >/dev/null || say "the user $SERVICE"
    [ -d "$ETC/credentials" ] || say "$ETC/credentials"
    [ -z "$(owner_to_add)" ] || say "$(owner_to_add) in the group $SERVICE, for \`appliance status\` without sudo"
}

# Whoever called sudo is the owner; root needs no group.
owner_to_add() {
    local owner=${SUDO_USER-root}
    [ "$owner" != root ] && getent passwd "$owner" >/dev/null || return 0
    id -nG "$owner" | tr ' ' '\n' | grep -qx "$SERVICE" || printf '%s\n' "$owner"
}

account_install() {
    local owner
    systemd-sysusers "$SYSUSERS"
    systemd-tmpfiles --create "$TMPFILES"
    owner=$(owner_to_add)
    [ -n "$owner" ] || return 0
    usermod --append --groups "$SERVICE" "$owner"
    say "$owner may use \`appliance\` without sudo from the next login on."
}

# Udev's and the catalog's part of what was laid out; both can be told again at any time.
announce_files() {
    if [ -S /run/udev/control ]; then
        udevadm control --reload
        udevadm trigger --action=change --subsystem-match=gpio --subsystem-match=spidev --subsystem-match=usb
    fi
    journalctl --update-catalog
    ! is_booted || systemctl daemon-reload
}

is_booted() { [ -d /run/systemd/system ]; }

main_pid() { systemctl show --property MainPID --value "$SERVICE"; }

# The version whose interpreter the running process has, or nothing.
running_version() {
    local pid program
    pid=$(main_pid)
    [ "${pid:-0}" -ne 0 ] || return 0
    IFS= read -r -d '' program <"/proc/$pid/cmdline" || true
    program=${program#"$BASE/"}
    printf '%s\n' "${program%%/*}"
}

service_missing() {
    systemctl is-enabled --quiet "$SERVICE" 2>/dev/null || say "started at boot"
    is_booted || return 0 # an image that is being made
    if ! systemctl is-active --quiet "$SERVICE"; then
        say "running ($(systemctl is-active "$SERVICE" || true))"
    elif [ "$(running_version)" != "$(linked current)" ]; then
        say "running as version $(linked current)"
    fi
}

service_install() {
    systemctl enable --quiet "$SERVICE"
    is_booted || return 0
    systemctl restart --no-block "$SERVICE"
    say "Starting (up to $START_TIMEOUT_S s)"
    local second
    for ((second = 0; second < START_TIMEOUT_S; second++)); do
        [ -n "$(service_missing)" ] || return 0
        sleep 1
    done
    local words
    words=$(systemctl show --property StatusText --value "$SERVICE")
    say "It is not ready after $START_TIMEOUT_S s, and goes on trying. It says:"
    say "${words:-$(journalctl --unit "$SERVICE" --lines 5 --output cat --no-pager)}"
}

# What it found, and what to do next; 1 if it does not run.
report() {
    local ready=true next="Speak to it."
    if is_booted && systemctl is-active --quiet "$SERVICE"; then
        say ""
        "$BASE/current/bin/appliance" status || true
    else
        ready=false next="It goes on trying; \`appliance doctor\` says what it lacks."
        is_booted || next="It starts with this system."
        say ""
        "$BASE/current/bin/appliance" devices || true
    fi
    report_pins
    cat <<END
version: $(linked current)

$next What is next:
  appliance status                       what it is doing
  sudo ./install.sh set-key openai       a key for a provider, then name it in $ETC/config.toml
  sudo systemctl reload $SERVICE   after you changed the configuration
  journalctl -u $SERVICE           what happened
END
    $ready || ! is_booted
}

report_pins() {
    local model=/proc/device-tree/model
    if compgen -G '/dev/gpiochip*' >/dev/null; then
        say "pins: $(tr -d '\0' 2>/dev/null <$model || echo "a GPIO chip")"
    else
        say "pins: none on this machine"
    fi
}
