#!/bin/sh
# A package by rpmbuild; the variant is how its payload is compressed. (cpio gives the content of hard
# links to the last one, so there are none.)
set -eu
case $1 in
gzip) payload=w6.gzdio ;;
bzip2) payload=w9.bzdio ;;
xz) payload=w2.xzdio ;;
lzma) payload=w2.lzdio ;;
zstd) payload=w3.zstdio ;;
none) payload=w.ufdio ;;
esac
cat >spec <<'EOF'
Name: package
Version: 1
Release: 1
Summary: A package
License: MIT
BuildArch: noarch
%define __spec_install_post %{nil}
%description
A package.
%install
mkdir -p %{buildroot}
cp -a --no-preserve=links %{tree}/. %{buildroot}
%files
/*
EOF
rpmbuild -bb --quiet --define "_topdir $PWD" --define "tree $(realpath "$2")" \
  --define "_binary_payload $payload" --define "_buildhost localhost" spec
cp RPMS/noarch/*.rpm "$3"
