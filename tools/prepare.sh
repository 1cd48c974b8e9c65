#!/bin/sh
# Make .venv, with all that Lumina is built from and stands on. What this machine lacks is said before anything is begun.
set -eu
PYTHON=${PYTHON:-python3}

stop() {
    echo "make: $1" >&2
    echo "hint: $2" >&2
    exit 1
}

command -v "$PYTHON" >/dev/null || stop "there is no \`$PYTHON\` here" "apt-get install python3 python3-venv"
"$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    stop "Lumina needs Python 3.11 or newer, and \`$PYTHON\` is $("$PYTHON" -V 2>&1)" "make PYTHON=/path/to/a/newer/python3"
"$PYTHON" -c 'import venv, ensurepip' 2>/dev/null || stop "\`$PYTHON\` has no venv" "apt-get install python3-venv"
CC=${CC:-gcc}  # may be more than one word, as in `ccache gcc`
command -v "${CC%% *}" >/dev/null || stop "there is no C compiler \`${CC%% *}\` here" "apt-get install ${CC%% *}"
# shellcheck disable=SC2086
echo '#include <stdlib.h>' | $CC -fsyntax-only -xc - 2>/dev/null ||
    stop "\`$CC\` finds no C library headers" "apt-get install libc6-dev"

[ -x .venv/bin/python ] || "$PYTHON" -m venv .venv

# Debian keeps Python's C headers in a package of their own. Without them, fetch that package and unpack it into the
# environment, where builds look as well: nothing is installed on the machine, so it needs no root.
has_headers() {
    .venv/bin/python - <<'PY'
import sys, sysconfig
from pathlib import Path
sys.exit(not any((Path(place) / "Python.h").exists() for place in (sysconfig.get_path("include"), ".venv/include")))
PY
}
fetch_headers() (
    version=$(.venv/bin/python -c 'import sys; print("python%d.%d" % sys.version_info[:2])')
    scratch=$(mktemp -d)
    trap 'rm -rf "$scratch"' EXIT
    cd "$scratch"
    apt-get download "lib$version-dev" >/dev/null 2>&1 || { [ "$(id -u)" = 0 ] && apt-get update >/dev/null 2>&1 &&
        apt-get download "lib$version-dev" >/dev/null 2>&1; } || exit 1
    dpkg-deb -x ./*.deb tree
    cd "$OLDPWD"
    cp -R "$scratch/tree/usr/include/." "$scratch/tree/usr/include/$version/." .venv/include/
)
has_headers || { echo "Fetching Python's C headers ..." && fetch_headers && has_headers; } ||
    stop "Python's C headers (Python.h) are missing" "apt-get install python3-dev"

echo 'Installing what Lumina stands on into .venv ...'
# The build's own needs too: the next build then asks no network.
.venv/bin/python tools/needs.py build run | xargs -d '\n' .venv/bin/python -m pip --disable-pip-version-check --quiet install
