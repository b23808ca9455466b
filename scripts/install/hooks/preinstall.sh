#!/bin/sh
# Before the files of the package are placed.
set -eu

unit=/etc/systemd/system/connwatch.service
if [ -f "$unit" ]; then
  echo "connwatch: $unit is there, from the archive's install.sh; systemd would prefer it to the unit of this package." >&2
  echo "  do: run './install.sh --remove' of the archive, which keeps the settings, then install the package again." >&2
  exit 1
fi
