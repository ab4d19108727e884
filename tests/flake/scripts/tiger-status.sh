#!@busybox@/bin/sh
# The team's own tool: what a machine of theirs says of itself.
. /etc/os-release
printf '%s on %s, up %s s\n' "$(hostname)" "$PRETTY_NAME" "$(cut -d. -f1 /proc/uptime)"
