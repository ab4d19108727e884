#!/bin/sh
# The write-ahead log of a database that is open.
set -eu
sqlite3 open.db "PRAGMA journal_mode = WAL; CREATE TABLE words(word TEXT);
  INSERT INTO words VALUES('$(cat "$2/data/hay.txt")');" ".shell cp open.db-wal '$3'"
