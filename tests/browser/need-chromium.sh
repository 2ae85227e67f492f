#!/bin/sh
# Sees to it that `chromium` is on PATH for the browser tests: as root on Debian it is installed,
# with fonts for all five languages; anybody else is told what to install.
set -eu

if command -v chromium >/dev/null 2>&1; then
    exit 0
fi
if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "installing chromium and fonts-noto-core with apt-get (once)"
    DEBIAN_FRONTEND=noninteractive
    export DEBIAN_FRONTEND
    apt-get update -qq
    apt-get install -qq -y -o Dpkg::Use-Pty=0 chromium fonts-noto-core >/dev/null
    exit 0
fi
echo "The browser tests need a program named chromium on PATH: install your system's Chromium package (on Debian: apt-get install chromium fonts-noto-core)." >&2
exit 1
