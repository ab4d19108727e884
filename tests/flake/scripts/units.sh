# /etc/systemd/system: one service that starts, and the units WSL wants off masked as NixOS-WSL does.
mkdir -p "$out/multi-user.target.wants"

cat > "$out/nix-optimise.service" <<END
[Unit]
Description=Nix store optimiser
[Service]
Type=oneshot
ExecStart=$busybox/bin/true
END
ln -s ../nix-optimise.service "$out/multi-user.target.wants/nix-optimise.service"

for unit in systemd-resolved.service systemd-networkd.service systemd-tmpfiles-clean.timer tmp.mount; do
  ln -s /dev/null "$out/$unit"
done
