#!/bin/sh
# Pins the requirements with hashes. Give --upgrade to take newer versions.
set -eu
cd "$(dirname "$0")/../.."
pin() {
    input=$1
    output=$2
    shift 2
    .venv/bin/python -m uv pip compile --quiet --universal --generate-hashes --python-version 3.11 \
        --custom-compile-command "make lock" "$input" -o "$output" "$@"
}
pin requirements.in requirements.txt "$@"
pin requirements-dev.in requirements-dev.txt -c requirements.txt "$@"
pin requirements-formats.in requirements-formats.txt -c requirements-dev.txt "$@"
pin project/setup/uv.in project/setup/uv.txt "$@"
