#!/bin/sh
# After the files are placed. dpkg: `configure [VERSION BEFORE]`; rpm: the number of versions installed now.
set -eu

# dpkg says a version before also if the package was removed but not purged. Then this file is there.
removed=/etc/connwatch/.removed

case "${1:-} ${2:-}" in
  'configure ' | '1 ') first=yes ;;
  *) if [ -e "$removed" ]; then first=yes; else first=no; fi ;;
esac
rm -f "$removed"

if [ ! -d /run/systemd/system ]; then
  # In a container or chroot: it starts with the machine.
  if [ "$first" = yes ] && command -v systemctl >/dev/null; then systemctl enable connwatch.service >/dev/null 2>&1 || true; fi
  exit 0
fi
systemctl daemon-reload
if [ "$first" = yes ]; then
  # An agent that cannot start is no reason to leave the package half installed.
  systemctl enable --quiet --now connwatch.service || echo "connwatch does not run: see 'systemctl status connwatch' and 'connwatch doctor'." >&2
else
  systemctl try-restart connwatch.service || echo "connwatch does not run: see 'systemctl status connwatch' and 'connwatch doctor'." >&2
fi
