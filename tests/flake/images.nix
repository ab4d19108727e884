# host (see hosts.nix) -> a package that is, or makes, its image.
let
  lib = import ./lib.nix;
  tree = import ./tree.nix;

  disk = layout: file: host: lib.run "nixos-disk-image" ./scripts/disk.sh {
    inherit layout file;
    inherit (tree host) makeRoot;
    makeExt4 = ./scripts/make-ext4.sh;
  };
in
{
  # NixOS-WSL's interface: bin/nixos-wsl-tarball-builder [OUT] must be run as root, and makes the image then.
  tarballBuilder = host: lib.program "nixos-wsl-tarball-builder" ./scripts/tarball-builder.sh {
    inherit (tree host) makeRoot;
    busybox = import ./busybox.nix;
    icon = lib.run "nixos.ico" ./scripts/icon.sh { };
    plant = if host.plant == null then "/bin/true" else host.plant;
    files = lib.fileTree "wsl-files" {
      "wsl-distribution.conf" = ''
        [oobe]
        defaultName=${host.distribution}

        [shortcut]
        icon=/etc/nixos.ico
      '';
      "configuration.nix" = ''
        { ... }:
        {
          imports = [ <nixos-wsl/modules> ];
          wsl.enable = true;
          wsl.defaultUser = "${host.user}";
          networking.hostName = "${host.hostName}";
          system.stateVersion = "26.05";
        }
      '';
    };
  };

  # $out/nixos.qcow2: MBR with ext4, named in nix-support/hydra-build-products.
  qcow2 = disk "mbr" "nixos.qcow2";

  # $out/nixos.img: GPT with a FAT ESP and ext4, named by passthru.filePath as nixpkgs' image variants do.
  raw = host: disk "gpt" "nixos.img" host // { passthru.filePath = "nixos.img"; };
}
