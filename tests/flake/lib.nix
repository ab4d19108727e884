# How everything here is built: by /bin/sh and Debian's tools, because nixpkgs is not at hand offline.
# Needs `sandbox = false`. The tools are not inputs of a derivation, so a newer Debian package rebuilds nothing.
rec {
  # Runs `script` (a path) by sh -eu; `env` is its environment, it writes $out.
  run = name: script: env: runArgs name [ "-eu" script ] env;

  # A store file holding `content`, which may refer to other store paths.
  text = name: content:
    runArgs name [ "-euc" ''printf %s "$content" > "$out"'' ] { inherit content; };

  # A store directory of text files: { "etc/hostname" = "nixos\n"; … }.
  fileTree = name: files:
    let
      write = path: ''
        mkdir -p "$out/${builtins.dirOf path}"
        printf %s ${shellArg files.${path}} > "$out/${path}"
      '';
    in
    runArgs name [ "-euc" (concatMapNames write files) ] { };

  # A package with bin/`name`: the file `template` in which each @key@ of `vars` is filled in.
  program = name: template: vars:
    runArgs name
      [ "-euc" ''mkdir -p "$out/bin"; printf %s "$content" > "$out/bin/$name"; chmod +x "$out/bin/$name"'' ]
      {
        content = builtins.replaceStrings
          (map (key: "@${key}@") (builtins.attrNames vars))
          (map (value: "${value}") (builtins.attrValues vars))
          (builtins.readFile template);
      };

  # f applied to each name of `attrs`, the strings joined.
  concatMapNames = f: attrs: builtins.concatStringsSep "" (map f (builtins.attrNames attrs));

  shellArg = string: "'${builtins.replaceStrings [ "'" ] [ "'\\''" ] string}'";

  runArgs = name: args: env: derivation ({
    inherit name args;
    system = "x86_64-linux";
    builder = "/bin/sh";
    PATH = "/usr/sbin:/usr/bin:/sbin:/bin";
    LC_ALL = "C";
    allowSubstitutes = false;
    preferLocalBuild = true;
  } // env);
}
