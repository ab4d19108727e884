#!/bin/sh
# The repository "repository", of the digest $1, whose history holds the tree $2: it was committed,
# changed, and deleted.
set -eu
export HOME="$PWD" GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a@example.com \
  GIT_COMMITTER_NAME=A GIT_COMMITTER_EMAIL=a@example.com
git init -q --object-format="$1" repository
git -C repository config gc.auto 0
cp -r "$2/." repository
git -C repository add .
git -C repository commit -q -m "Add everything"
find repository -mindepth 1 -name .git -prune -o -type f -exec sh -c 'echo more >>"$1"' - {} \;
git -C repository commit -q -a -m "Change it"
git -C repository rm -q -r .
git -C repository commit -q -m "Delete it"
git -C repository tag -a -m "A tag" v1
