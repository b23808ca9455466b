#!/bin/sh
# Before the files are removed. dpkg: `remove`, or `upgrade VERSION`; rpm: the number of versions that remain.
set -eu

case ${1:-} in
  remove) if [ -d /etc/connwatch ]; then : >/etc/connwatch/.removed; fi ;;
  0) ;;
  *) exit 0 ;;
esac
if [ -d /run/systemd/system ]; then
  systemctl disable --quiet --now connwatch.service || true
elif command -v systemctl >/dev/null; then
  systemctl disable connwatch.service >/dev/null 2>&1 || true
fi
