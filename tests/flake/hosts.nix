# The hosts whose images can be built. Fields, all told here:
#   hostName, user     strings
#   wsl                whether it is a NixOS-WSL tarball's tree (else a virtual machine's)
#   distribution       the name WSL shows, for WSL hosts
#   wslConf            further text for wsl.conf
#   packages           store paths linked into the system's sw/bin
#   hashedPassword     the user's, as users-groups.json has it; null for none
#   etc                further files for /etc: { name = text; }
#   plant              a program that puts files into the root tree it is given, or null
let
  lib = import ./lib.nix;
  planted = import ./planted.nix;

  minimal = {
    hostName = "nixos";
    user = "nixos";
    wsl = true;
    distribution = "NixOS";
    wslConf = "";
    packages = [ ];
    hashedPassword = null;
    etc = { };
    plant = null;
  };
in
{
  inherit minimal;

  tiger-team = minimal // {
    hostName = "tiger-team";
    user = "tiger";
    distribution = "Tiger-Team";
    wslConf = ''

      [gpu]
      enabled=true

      [time]
      useWindowsTimezone=true
    '';
    packages = [ (lib.program "tiger-status" ./scripts/tiger-status.sh { busybox = import ./busybox.nix; }) ];
    etc.motd = "Welcome to the Tiger Team's workbench. Run tiger-status first.\n";
  };

  leaky = minimal // {
    hashedPassword = planted.values.hashed-password;
    plant = "${planted.program}/bin/plant";
  };

  dev-vm = minimal // {
    hostName = "dev-vm";
    user = "dev";
    wsl = false;
    etc.fstab = ''
      /dev/disk/by-label/nixos / ext4 x-initrd.mount 0 1
    '';
  };
}
