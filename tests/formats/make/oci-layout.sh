#!/bin/sh
# An OCI layout by umoci, in a tar (or as a folder): the tree is in the lowest layer, and the one above
# it deletes all of it. The variant is how the layers are compressed.
set -eu
umoci init --layout image
umoci new --image image:tag
umoci unpack --rootless --image image:tag bundle
cp -a "$2" bundle/rootfs/root
umoci repack --refresh-bundle --image image:tag bundle
rm -r bundle/rootfs/root
umoci repack --image image:tag bundle
umoci config --image image:tag --config.env A=b
case $1 in
folder) test image = "$3" || mv image "$3" ;;
gzip) tar -cf "$3" -C image . ;;
zstd)
  skopeo --insecure-policy copy -q --dest-compress-format zstd oci:image:tag "oci-archive:$3:tag"
  ;;
esac
