#!/bin/sh
# The unit holds up to systemd-analyze: no mistake in it, and an exposure of at most 1.2.
#   check_service.sh verify|exposure UNIT
set -eu
command -v systemd-analyze >/dev/null || {
	echo 'skipped: systemd-analyze is not installed'
	exit 77
}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
case $1 in
verify)
	# The program and its manual are not installed where the unit looks for them, so let
	# something else stand there.
	sed -e 's|^ExecStart=.*|ExecStart=/bin/true|' -e '/^Documentation=/d' "$2" >"$folder/stackd.service"
	systemd-analyze verify --recursive-errors=no --man=no "$folder/stackd.service" >"$folder/said" 2>&1 ||
		echo "exit status $?" >>"$folder/said"
	cat "$folder/said"
	# A misspelt key is only a warning to systemd-analyze; to us it is a fault.
	! [ -s "$folder/said" ]
	;;
exposure)
	systemd-analyze security --no-pager --offline=true --threshold=12 "$2" | tail -n 4
	systemd-analyze security --no-pager --offline=true --threshold=12 "$2" >/dev/null
	;;
esac
