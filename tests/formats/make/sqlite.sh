#!/bin/sh
# A SQLite database that holds the tree as a tar.gz in a blob (blob), or the needle's line as text:
# cut by the end of a page (overflow), in UTF-16 (utf16), in a table of that kind (without-rowid).
set -eu
needle=$(cat "$2/data/hay.txt")
case $1 in
blob)
  tar -cf - -C "$2" . | gzip >tree.tar.gz
  sqlite3 "$3" "CREATE TABLE files(name TEXT, content BLOB);
    INSERT INTO files VALUES('tree', readfile('tree.tar.gz'))"
  ;;
overflow) # a copy of the line begins at every byte, whatever the page's size
  sqlite3 "$3" "PRAGMA page_size = 512; CREATE TABLE words(word TEXT);
    WITH n(i) AS (VALUES(0) UNION ALL SELECT i + 1 FROM n WHERE i < 600)
    INSERT INTO words SELECT printf('%.*c', i, '-') || '$needle' || hex(randomblob(900)) FROM n"
  ;;
utf16)
  sqlite3 "$3" "PRAGMA encoding = 'UTF-16be'; CREATE TABLE words(word TEXT);
    INSERT INTO words VALUES('$needle')"
  ;;
without-rowid)
  sqlite3 "$3" "PRAGMA encoding = 'UTF-16le';
    CREATE TABLE words(word TEXT PRIMARY KEY COLLATE NOCASE) WITHOUT ROWID;
    INSERT INTO words VALUES('$needle')"
  ;;
esac
