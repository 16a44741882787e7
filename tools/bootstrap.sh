#!/bin/sh
# Makes .venv with everything pinned in requirements.txt. Says in one line what the machine lacks
# (Python 3.13, Terraform) and how to get it.
# Run by make; a second run with unchanged pins does nothing.
set -eu
cd "$(dirname "$0")/.."

# Said before the wait for .venv; tools/terraform.py looks at the version.
if ! command -v "${TERRAFORM:-terraform}" >/dev/null 2>&1; then
    echo "Terraform 1.9 or newer is missing. Get it from https://developer.hashicorp.com/terraform/install, or set TERRAFORM=/path/to/terraform, and run make again." >&2
    exit 1
fi

stamp=.venv/.bootstrapped
want=$(cat requirements.txt pyproject.toml tools/bootstrap.sh | cksum)
if [ -x .venv/bin/python ] && [ "$(cat "$stamp" 2>/dev/null)" = "$want" ]; then
    exit 0
fi

is_313() {
    [ "$("$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)" = 3.13 ]
}

find_python() {
    for candidate in "${PYTHON:-}" python3.13 python3 \
        "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.13*/bin/python; do
        if [ -n "$candidate" ] && is_313 "$candidate"; then
            command -v "$candidate"
            return 0
        fi
    done
    if command -v uv >/dev/null 2>&1; then
        uv python find 3.13 2>/dev/null && return 0
    fi
    return 1
}

if ! python=$(find_python); then
    echo "Python 3.13 is missing. Install it (apt install python3.13-venv, brew install python@3.13, pyenv install 3.13 or uv python install 3.13), or set PYTHON=/path/to/python3.13, and run make again." >&2
    exit 1
fi

echo "Setting up .venv with $("$python" --version) (about two minutes the first time) ..."
# An environment of another Python or from a moved checkout does not work; begin anew.
if ! { [ -x .venv/bin/python ] && is_313 .venv/bin/python; }; then
    rm -rf .venv
    "$python" -m venv .venv
fi
.venv/bin/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
# With plux in the build environment setuptools fails, so the build stays isolated.
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
echo "$want" > "$stamp"
echo "Setting up .venv: done."
