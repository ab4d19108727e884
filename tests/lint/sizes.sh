#!/usr/bin/env bash
# No source file over 1,000 lines. Function sizes are clang-tidy's (readability-function-size).
set -euo pipefail
status=0
while IFS= read -r file; do
  lines=$(wc -l <"$file")
  if [ "$lines" -gt 1000 ]; then
    echo "$file has $lines lines; split it by topic (at most 1,000)" >&2
    status=1
  fi
done < <(git ls-files '*.c' '*.h' '*.py' '*.sh' '*.nix' dev)
exit "$status"
