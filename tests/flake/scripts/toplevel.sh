# What a NixOS system's own store path holds, as far as an image without a kernel has it.
mkdir "$out"
ln -s "$etc/etc" "$out/etc"
ln -s "$systemPath" "$out/sw"
ln -s "$busybox/bin/init" "$out/init"
printf %s "$version" > "$out/nixos-version"
printf %s x86_64-linux > "$out/system"

cat > "$out/activate" <<END
#!$busybox/bin/sh
# Sets up the accounts and /etc of this system.
usersGroups=$usersGroups
ln -sfn $etc/etc /etc/static
ln -sfn $out /run/current-system
END
chmod +x "$out/activate"
