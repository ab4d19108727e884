# make-ext4.sh ROOT FILE: a 48 MiB ext4 file system holding the tree ROOT, the same bytes for the same tree.
# The file is new, so that whatever ext4 does not use is zeros.
uuid=44444444-4444-4444-8888-888888888888
find "$1" -exec touch -h -d @1 {} +
truncate -s 48M "$2"
E2FSPROGS_FAKE_TIME=1 mke2fs -q -t ext4 -b 4096 -L nixos -U "$uuid" -d "$1" \
  -E hash_seed="$uuid",lazy_itable_init=0,lazy_journal_init=0,nodiscard,root_owner=0:0 "$2"

# mke2fs copies each file's change time, which nobody can set beforehand.
find "$1" -printf '/%P\n' | sed 's/.*/set_inode_field "&" ctime @1/' > set-ctime
E2FSPROGS_FAKE_TIME=1 debugfs -w -f set-ctime "$2" > debugfs.log 2>&1
