#!/bin/sh
# What docker save writes, by skopeo or as older versions did it: the tree is in the lowest layer, and
# the one above it deletes all of it.
set -eu
case $1 in
skopeo)
  "$(dirname "$0")/oci-layout.sh" folder "$2" image
  skopeo --insecure-policy copy -q oci:image:tag "docker-archive:$3:name:tag"
  ;;
by-folders)
  lower=$(printf '%064d' 1) upper=$(printf '%064d' 2)
  mkdir "$lower" "$upper" above above/data
  tar -cf "$lower/layer.tar" -C "$2" .
  touch above/.wh.etc above/data/.wh..wh..opq
  tar -cf "$upper/layer.tar" -C above .
  echo '{"config":{"Env":["A=b"]}}' >config.json
  printf '[{"Config":"config.json","RepoTags":["name:tag"],"Layers":["%s","%s"]}]' \
    "$lower/layer.tar" "$upper/layer.tar" >manifest.json
  tar -cf "$3" "$lower" "$upper" config.json manifest.json
  ;;
esac
