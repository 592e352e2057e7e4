# shellcheck shell=bash
# `bundle DIR`: what an installation without network needs, for a release and a machine. Sourced.

make_bundle() { fail "not there yet"; }
