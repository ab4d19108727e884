# An 8x8 icon of two colours: ICO directory, BITMAPINFOHEADER, palette, the picture, the (empty) mask.
{
  printf '\0\0\1\0\1\0'
  printf '\10\10\2\0\1\0\1\0\160\0\0\0\26\0\0\0'
  printf '\50\0\0\0\10\0\0\0\20\0\0\0\1\0\1\0\0\0\0\0\100\0\0\0\0\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0'
  printf '\302\167\122\0\377\377\377\0'
  for row in 30 74 176 377 377 176 74 30; do printf "\\$row\0\0\0"; done
  for row in 1 2 3 4 5 6 7 8; do printf '\0\0\0\0'; done
} > "$out"
