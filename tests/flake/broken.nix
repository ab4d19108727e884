# Hosts that go wrong, each in one way: `good` is a tarball builder that works.
{ good }:
let
  lib = import ./lib.nix;
  host = tarballBuilder: { config.system.build = { inherit tarballBuilder; }; };

  # A host whose builder script is `body`; $1 is the output.
  scripted = body: host (lib.program "nixos-wsl-tarball-builder" ./scripts/broken.sh {
    inherit body;
    good = "${good}/bin/nixos-wsl-tarball-builder";
  });
in
{
  # Fails while it is evaluated.
  broken-eval = host (throw "broken-eval: the option `wsl.defaultUser' is used but not defined");

  # Fails in nix build, having said why.
  broken-build = host (lib.runArgs "broken-build" [ "-c" "echo 'broken-build: compiler says no'; exit 1" ] { });

  # nix build does not end by itself for ten minutes.
  slow-build = host (lib.runArgs "slow-build" [ "-c" "echo 'slow-build: waiting'; sleep 600; exit 1" ] { });

  # The builder script fails, having said why.
  broken-script = scripted "echo 'broken-script: nixos-install: no space left on device' >&2; exit 1";

  # The builder script says that all is well and writes nothing.
  silent-script = scripted "exit 0";

  # The image ends in the middle.
  truncated = scripted ''
    whole=$(mktemp --tmpdir truncated.XXXXXXXXXX)
    trap 'rm -f -- "$whole"' EXIT
    "$good" "$whole"
    head -c "$(($(stat -c %s "$whole") / 2))" "$whole" > "$1"
  '';

  # The image has no bytes.
  empty = scripted '': > "$1"'';

  # The image is a text.
  not-archive = scripted ''echo "This is no archive." > "$1"'';

  # Waits, at most ten minutes, until the file that it names appears; then it makes a good image.
  slow = scripted ''
    go=''${TMPDIR:-/tmp}/go
    echo "slow: waiting for $go"
    for ((i = 0; i < 600; i++)); do
      [ ! -e "$go" ] || exec "$good" "$1"
      sleep 1
    done
    exit 1
  '';
}
