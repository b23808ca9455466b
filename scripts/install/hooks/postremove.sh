#!/bin/sh
# After the files are removed. dpkg: `remove`, `purge`, `upgrade VERSION`; rpm: the number of versions that remain.
set -eu

case ${1:-} in
  purge) rm -f /etc/connwatch/.removed && { rmdir /etc/connwatch 2>/dev/null || true; } ;;
esac
if [ -d /run/systemd/system ]; then systemctl daemon-reload; fi
