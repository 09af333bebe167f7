#!/bin/sh
# Build .venv from requirements.lock. The stamp .venv/.complete is written last, so
# that make takes an environment without it for half-built and builds it anew.

stop() {  # wanted, found, next
    printf 'Wanted: %s\nFound:  %s\nNext:   %s\n' "$@" >&2
    exit 1
}

make_venv() {
    if [ "$uv" ]; then
        uv venv --quiet --no-project --python "$python" .venv
    else
        "$python" -m venv .venv
    fi
}

install() {
    if [ "$uv" ]; then
        uv pip install --quiet --python .venv --compile-bytecode "$@"
    else
        .venv/bin/python -m pip install -qq --disable-pip-version-check "$@"
    fi
}

python=$(sh tools/find-python.sh) || exit 1
uv=$(command -v uv)
[ "$uv" ] || "$python" -c 'import ensurepip, venv' 2>/dev/null || stop \
    "Python's own modules venv and ensurepip, or uv on the PATH." \
    "neither ($python lacks the modules)." \
    "install them (Debian, Ubuntu: apt-get install python3-venv), then: make setup"

echo "Building .venv with ${uv:-$python and pip}: a minute or two, once."
rm -rf .venv
make_venv || stop "an environment in .venv." "the error above." \
    "mend what it says, then: make setup"

# Below its marker line the lock holds what only the scale extra needs.
sed '/^# only for the scale extra/,$d' requirements.lock > .venv/requirements.txt
install --require-hashes --only-binary :all: -r .venv/requirements.txt || stop \
    "the packages of requirements.lock, from the network or a cache." \
    "the error above. 'No matching distribution' often means: no network." \
    "check network and proxy, then: make setup"

touch .venv/.complete
