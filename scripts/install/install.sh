#!/bin/sh
# Installs or upgrades connwatch as a systemd service. `./install.sh --remove` removes it.
# With DESTDIR=FOLDER the files go below that folder, and no service is changed.
set -eu

here=$(dirname "$(readlink -f "$0")")
root=${DESTDIR:-}
unit=$root/etc/systemd/system/connwatch.service
settings=$root/etc/connwatch
program=$root/opt/connwatch
link=$root/usr/local/bin/connwatch

fail() {
  printf 'install.sh: %s\n' "$@" >&2
  exit 1
}

has_systemd() { [ -z "$root" ] && [ -d /run/systemd/system ]; }

check() {
  [ -n "$root" ] || [ "$(id -u)" = 0 ] || fail 'only root can install a service.'
  [ ! -e "$root/usr/lib/systemd/system/connwatch.service" ] || fail 'connwatch is installed from a .deb or .rpm. Remove it first: apt-get remove connwatch, or rpm --erase connwatch.'
  said=$("$here/connwatch/bin/connwatch" version) || fail 'its Node.js does not run here. Is this the archive for this architecture?'
  case $said in
    *'libbpf not available'*) fail 'libbpf is missing: install it (Debian and Ubuntu: apt-get install libbpf1).' ;;
  esac
}

# Files that people edit are not overwritten.
keep() {
  [ -e "$2" ] || install -D -m "$3" "$1" "$2"
}

place() {
  mkdir -p "$root/opt" "$root/usr/local/bin"
  rm -rf "$program.new"
  cp -R "$here/connwatch" "$program.new"
  chmod -R u=rwX,go=rX "$program.new"
  rm -rf "$program"
  mv "$program.new" "$program"
  ln -sf /opt/connwatch/bin/connwatch "$link"
  keep "$here/config.yaml" "$settings/config.yaml" 644
  keep "$here/environment" "$settings/environment" 600
  install -D -m 644 "$here/connwatch.service" "$unit"
}

# Uses the settings of the service: variables of /etc/connwatch/environment or a drop-in override its file. The check
# needs no variables of OpenTelemetry, some of which are secrets.
healthy() {
  pid=$(systemctl show --property MainPID --value connwatch)
  variables=$({ tr '\0' '\n' <"/proc/$pid/environ" | grep '^CONNWATCH_'; } 2>/dev/null) || true
  (
    while IFS= read -r variable; do [ -z "$variable" ] || export "${variable?}"; done <<EOF
$variables
EOF
    "$link" health --config "$settings/config.yaml" >/dev/null
  )
}

start() {
  systemctl daemon-reload
  systemctl enable --quiet connwatch
  systemctl restart connwatch
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    sleep 1
    if healthy; then
      echo 'connwatch runs and is ready.'
      return
    fi
    ! systemctl is-failed --quiet connwatch || break
  done
  fail 'connwatch is not ready. Its last log lines:' "$(journalctl --unit connwatch --lines 5 --output cat --no-pager)"
}

remove() {
  if has_systemd; then systemctl disable --now --quiet connwatch || true; fi
  rm -rf "$program" "$unit" "$link"
  if has_systemd; then systemctl daemon-reload; fi
  echo "connwatch is removed. Its settings are still in $settings."
}

case ${1:-} in
  --remove) remove ;;
  '')
    check
    place
    if has_systemd; then start; else echo 'The files are in place; systemd does not run here.'; fi
    ;;
  *) fail "unknown argument $1; the only one is --remove." ;;
esac
