# What the host `leaky` must not ship. Every secret is invented, and joined from parts here so that neither a
# secret scanner nor a forge's push protection takes this repository for a leak.
let
  lib = import ./lib.nix;
  join = builtins.concatStringsSep "";
  home = "home/nixos";

  # users-groups.json stands in the store; its place is asked of the system itself.
  usersGroups = (import ./tree.nix (import ./hosts.nix).leaky).usersGroups;
in
rec {
  # The strings that are the same in every build.
  values = {
    github-token = join [ "gh" "p_" "uTIyosZEkqH7qu4" "fbnM9kXqRrbdW8b" "3nJNr1" ];
    aws-access-key-id = join [ "AK" "IA" "7E5ZO6GT" "DIICAERU" ];
    aws-secret-access-key = join [ "SVVP1W9eGLABsUS3+jDE" "3CgDa6qC4s83ymc/IrP8" ];
    hashed-password = join [
      "$" "6" "$" "AP7uOrh2z5Xv4WE5" "$"
      "/0/gBh1kF/xWf5AaXVGsRgjoead8qB5u/OPs4DusZSl"
      "F6kKfuk2kbFp9uw4fLBj0n4QD/aYpFXI6WNRw6I1U1."
    ];
    person-name = join [ "ottilie" "-" "brandvold" ];
    email = join [ "ottilie" "." "brandvold" "@" "tiger.example" ];
    machine-id = join [ "8c134a1bb60e1ada" "38be0c2edb6aef33" ];
  };

  # Where each stands in the image, and the two keys that ssh-keygen makes anew for each image.
  places = {
    github-token = "${home}/.config/gh/hosts.yml";
    aws-access-key-id = "${home}/.aws/credentials";
    aws-secret-access-key = "${home}/.aws/credentials";
    openssh-private-key = "${home}/.ssh/id_ed25519";
    hashed-password = builtins.substring 1 (-1) "${usersGroups}";
    person-name = "${home}/${values.person-name}/notes.txt";
    email = "${home}/.gitconfig";
    ssh-host-key = "etc/ssh/ssh_host_ed25519_key";
    machine-id = "etc/machine-id";
  };

  valuesFile = lib.text "planted.json" (builtins.toJSON values);
  placesFile = lib.text "planted-places.json" (builtins.toJSON places);

  # bin/plant ROOT puts all of them, save the password, into a root tree.
  program = lib.program "plant" ./scripts/plant.sh values;
}
