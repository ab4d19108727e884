# graph (from exportReferencesGraph): for each path the path, its deriver, the count of its references, then those.
# Makes `store-paths`, and `registration` for `nix-store --load-db`: the same with NAR hash and size put in.
mkdir "$out"
while read -r path && read -r deriver && read -r count; do
  printf '%s\n' "$path" >> "$out/store-paths"
  printf '%s\n' "$path" "$(nix-hash --type sha256 "$path")" "$(nix-store --dump "$path" | wc -c)" \
    "$deriver" "$count" >> "$out/registration"
  while [ "$count" -gt 0 ]; do
    read -r reference
    printf '%s\n' "$reference" >> "$out/registration"
    count=$((count - 1))
  done
done < graph
