#!/bin/sh
# Sees to it that the real servers of the peer tests can be started: MediaWiki from Debian (as root)
# and KServe from PyPI, in an environment of its own (.venv-peers, about 650 MB, once).
# What can't be had does not stop the tests: those that need it are skipped and say why.
set -eu
cd "$(dirname "$0")/../.."
peers=../shared/peers
python=${PYTHON:-python3}
home=.venv-peers

if ! [ -d "$peers" ]; then
    echo "no peer is started: the folder of scripts ../shared/peers is not beside this repository"
    exit 0
fi

install_kserve() {
    # The second try is for a package index that had a bad moment.
    for attempt in 1 2; do
        "$home/bin/python" -m pip install --quiet --disable-pip-version-check \
            kserve==0.21.0 scikit-learn >"$home/pip.log" 2>&1 && { touch "$home/ready"; return; }
    done
    grep -i "^error" "$home/pip.log" | tail -n 1 >"$home/why-not"
    echo "KServe could not be installed: $(cat "$home/why-not")" >&2
}

if ! [ -e "$home/ready" ]; then
    echo "installing KServe into $home (about 650 MB, once)"
    rm -rf "$home"
    "$python" -m venv "$home"
    install_kserve &
fi

# Before any test: the package manager may restart a database server that tests use.
if ! { [ -e /usr/share/mediawiki/api.php ] && command -v php >/dev/null 2>&1; }; then
    if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null 2>&1; then
        echo "installing mediawiki with apt-get (271 MB, once)"
        run=$(mktemp -d)
        port=$("$python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
        MW_RUN=$run MW_PORT=$port MW_SEED=0 bash "$peers/mediawiki/mw-up.sh" >"$run/out" 2>&1 ||
            { echo "mediawiki could not be installed:" >&2; tail -n 3 "$run/out" >&2; }
        MW_RUN=$run bash "$peers/mediawiki/mw-down.sh" --wipe
    fi
fi

# EventStreams' library is compiled for some minutes: only where somebody asks for it.
if [ -n "${PEER_EVENTSTREAMS:-}" ] && ! [ -d "$home/eventstreams/node_modules" ]; then
    wait
    echo "compiling EventStreams' own library with npm (2 to 3 minutes, once)"
    mkdir -p "$home/eventstreams"
    cp "$peers/eventstreams/package.json" "$peers/eventstreams/server.js" "$home/eventstreams/"
    { "$home/bin/python" -m pip install --quiet --disable-pip-version-check confluent-kafka &&
        (cd "$home/eventstreams" && npm install --no-audit --no-fund --loglevel=error); } \
        >"$home/npm.log" 2>&1 ||
        { rm -rf "$home/eventstreams/node_modules"; echo "it failed:" >&2; tail -n 3 "$home/npm.log" >&2; }
fi
wait
