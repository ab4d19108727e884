# $packages: store paths whose programs the system offers; a later one wins.
mkdir -p "$out/bin"
for package in $packages; do
  for program in "$package"/bin/*; do
    ln -sf "$program" "$out/bin/"
  done
done
