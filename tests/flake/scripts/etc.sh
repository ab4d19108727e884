# $links: a line "NAME STORE-PATH" for each entry of /etc.
printf %s "$links" | while read -r name path; do
  mkdir -p "$(dirname "$out/etc/$name")"
  ln -s "$path" "$out/etc/$name"
done
