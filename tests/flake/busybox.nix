# Debian's static busybox with a link for each of its applets: shell, tools and init of every image.
(import ./lib.nix).run "busybox-static" ./scripts/busybox.sh { }
