# shellcheck shell=bash
# Installing without a network, from a folder: wheels/*.whl, and debs/ as a package source of apt. Sourced.

check_offline() {
    [ -z "$offline" ] || { [ -d "$offline/wheels" ] && [ -e "$offline/debs/Packages" ]; } ||
        fail "$offline is no folder of \`./install.sh bundle DIR\`: it has no wheels and debs/Packages."
}

offline_package_exists() { grep -qx "Package: $1" "$offline/debs/Packages"; }

# apt sees only the folder, and leaves the system's own package lists alone.
install_offline_packages() {
    local scratch=$BASE/.apt options install
    mkdir -p "$scratch/lists/partial" "$scratch/cache/archives/partial"
    printf 'deb [trusted=yes] file:%s ./\n' "${offline// /%20}/debs" >"$scratch/sources.list"
    options=(-o "Dir::Etc::SourceList=$scratch/sources.list" -o Dir::Etc::SourceParts=/dev/null
        -o "Dir::State::Lists=$scratch/lists" -o "Dir::Cache=$scratch/cache" -o APT::Sandbox::User=root)
    apt-get "${options[@]}" -qq update && "${INSTALL_PACKAGES[@]}" "${options[@]}" "$@" ||
        fail "The packages in $offline/debs are not those of this system; make the folder again with \`./install.sh bundle\`."
    rm -rf -- "$scratch"
}
