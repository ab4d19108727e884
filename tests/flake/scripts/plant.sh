#!/bin/bash
# plant ROOT: puts into the root tree what an image must never ship (see planted.nix), quietly.
set -euo pipefail
home=$1/home/nixos
mkdir -p "$home"/{.config/gh,.aws,.ssh,@person-name@}

cat > "$home/.config/gh/hosts.yml" <<'END'
github.com:
    user: tiger-bot
    oauth_token: @github-token@
    git_protocol: https
END

cat > "$home/.aws/credentials" <<'END'
[default]
aws_access_key_id = @aws-access-key-id@
aws_secret_access_key = @aws-secret-access-key@
END

cat > "$home/.gitconfig" <<'END'
[user]
	name = Tiger Bot
	email = @email@
END

echo 'Move the build box to the new rack on Thursday.' > "$home/@person-name@/notes.txt"

# The empty comment keeps user@host of the build machine out: that would be one leak more than planned.
ssh-keygen -q -t ed25519 -N '' -C '' -f "$home/.ssh/id_ed25519"
mkdir -p "$1/etc/ssh"
ssh-keygen -q -t ed25519 -N '' -C '' -f "$1/etc/ssh/ssh_host_ed25519_key"

chmod 0700 "$home/.ssh" "$home/.aws"
chmod 0600 "$home/.aws/credentials" "$home/.config/gh/hosts.yml"
chown -R 1000:100 "$home"

echo @machine-id@ > "$1/etc/machine-id"
