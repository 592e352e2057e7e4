# shellcheck shell=bash
# What of the current version is laid out in the system, and the configuration. Sourced.

readonly ETC=${DESTDIR-}/etc/voice-appliance
readonly UNIT=${DESTDIR-}/etc/systemd/system/voice-appliance.service
readonly DROP_INS=$UNIT.d
readonly SYSUSERS=${DESTDIR-}/etc/sysusers.d/voice-appliance.conf
readonly TMPFILES=${DESTDIR-}/etc/tmpfiles.d/voice-appliance.conf
readonly RULES=${DESTDIR-}/etc/udev/rules.d
readonly CATALOG=${DESTDIR-}/usr/local/lib/systemd/catalog
readonly COMMAND=${DESTDIR-}/usr/local/bin/appliance
readonly COMMAND_TARGET=/opt/voice-appliance/current/bin/appliance

# laid_out FOLDER: "SOURCE TARGET" of each file of a version, a line each.
laid_out() {
    local files=$1 file
    printf '%s\t%s\n' "$files/voice-appliance.service" "$UNIT" \
        "$files/voice-appliance.sysusers.conf" "$SYSUSERS" "$files/voice-appliance.tmpfiles.conf" "$TMPFILES"
    for file in "$files"/*.rules; do [ ! -f "$file" ] || printf '%s\t%s\n' "$file" "$RULES/${file##*/}"; done
    for file in "$files"/*.catalog; do [ ! -f "$file" ] || printf '%s\t%s\n' "$file" "$CATALOG/${file##*/}"; done
}

files_missing() {
    local source target
    while IFS=$'\t' read -r source target; do
        cmp -s -- "$source" "$target" || say "$target"
    done < <(laid_out "$BASE/current/files")
    [ "$(readlink "$COMMAND" 2>/dev/null)" = "$COMMAND_TARGET" ] || say "$COMMAND"
}

files_install() {
    local source target
    while IFS=$'\t' read -r source target; do
        cmp -s -- "$source" "$target" || place "$source" "$target"
    done < <(laid_out "$BASE/current/files")
    mkdir -p "${COMMAND%/*}"
    ln -sfn "$COMMAND_TARGET" "$COMMAND"
}

# place SOURCE TARGET: whole or not at all.
place() {
    install -D -m 644 -- "$1" "$2.new~"
    mv -f -- "$2.new~" "$2"
}

digest_of() { sha256sum <"$1" | cut -d ' ' -f 1; }

# `.shipped` has the digest of every default that was ever put here, a line each, noted before it is put there.
was_shipped() { grep -qxF "$(digest_of "$1")" "$ETC/.shipped" 2>/dev/null; }

note_shipped() {
    was_shipped "$1" || {
        { cat "$ETC/.shipped" 2>/dev/null || true; digest_of "$1"; } >"$ETC/.shipped.new~"
        mv -f "$ETC/.shipped.new~" "$ETC/.shipped"
    }
}

# The configuration is as it was shipped, so that a new default may take its place.
config_is_untouched() { was_shipped "$ETC/config.toml"; }

config_missing() {
    local default=$BASE/current/files/config.toml
    if [ ! -e "$ETC/config.toml" ]; then
        say "$ETC/config.toml"
    elif config_is_untouched; then
        cmp -s "$default" "$ETC/config.toml" || say "$ETC/config.toml (new defaults)"
    else
        cmp -s "$default" "$ETC/config.toml.new" || was_shipped "$default" || say "$ETC/config.toml.new (yours stays)"
    fi
}

# Never over an edited one.
config_install() {
    local default=$BASE/current/files/config.toml
    mkdir -p "$ETC"
    if [ ! -e "$ETC/config.toml" ] || config_is_untouched; then
        note_shipped "$default"
        place "$default" "$ETC/config.toml"
        rm -f "$ETC/config.toml.new"
    else
        place "$default" "$ETC/config.toml.new"
        note_shipped "$default"
        say "Your $ETC/config.toml stays as it is; the new default is beside it, in config.toml.new."
    fi
}

# Also where the version that laid them out is gone.
files_remove() {
    rm -f -- "$UNIT" "$SYSUSERS" "$TMPFILES" "$RULES"/??-voice-appliance.rules "$CATALOG"/voice-appliance.catalog "$COMMAND"
}
