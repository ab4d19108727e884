# host (see hosts.nix) -> what its images are made of:
#   toplevel      the system, as NixOS's config.system.build.toplevel
#   usersGroups   users-groups.json in the store
#   makeRoot      program: bin/make-root ROOT turns an empty directory into the system's root tree
host:
let
  lib = import ./lib.nix;
  busybox = import ./busybox.nix;
  version = "26.05.20261101.4d2b9c7";

  account = name: uid: {
    inherit name uid;
    description = "";
    hashedPassword = null;
    home = "/home/${name}";
    initialHashedPassword = null;
    initialPassword = null;
    isSystemUser = false;
    password = null;
    shell = "/run/current-system/sw/bin/sh";
  };

  usersGroups = lib.text "users-groups.json" (builtins.toJSON {
    groups = [
      { gid = 0; members = [ ]; name = "root"; }
      { gid = 1; members = [ host.user ]; name = "wheel"; }
      { gid = 100; members = [ ]; name = "users"; }
    ];
    mutableUsers = true;
    users = [
      (account "root" 0 // { group = "root"; home = "/root"; })
      (account host.user 1000 // { group = "users"; inherit (host) hashedPassword; })
    ];
  });

  wslConf = ''
    [automount]
    enabled=true
    ldconfig=false
    mountFsTab=false
    options=metadata,uid=1000,gid=100
    root=/mnt

    [boot]
    systemd=true

    [interop]
    appendWindowsPath=true
    enabled=true

    [network]
    generateHosts=true
    generateResolvConf=true
    hostname=${host.hostName}

    [user]
    default=${host.user}
  '' + host.wslConf;

  # /etc as the store has it; systemd's units are a directory in the store too.
  etcFiles = {
    hostname = "${host.hostName}\n";
    hosts = "127.0.0.1 localhost\n::1 localhost\n127.0.0.2 ${host.hostName}\n";
    "nix/nix.conf" = "experimental-features = nix-command flakes\nsandbox = true\n";
    "nsswitch.conf" = "passwd: files systemd\ngroup: files systemd\nhosts: files dns\n";
    os-release = ''
      ID=nixos
      NAME=NixOS
      PRETTY_NAME="NixOS 26.05 (Yarara)"
      VERSION_ID="26.05"
      BUILD_ID="${version}"
    '';
    profile = "export PATH=/run/current-system/sw/bin:/bin\numask 022\n";
    shells = "/run/current-system/sw/bin/sh\n/bin/sh\n";
  } // (if host.wsl then { "wsl.conf" = wslConf; } else { }) // host.etc;

  storeName = name: "etc-${builtins.replaceStrings [ "/" ] [ "-" ] name}";
  link = name: path: "${name} ${path}\n";

  etc = lib.run "etc" ./scripts/etc.sh {
    links =
      lib.concatMapNames (name: link name (lib.text (storeName name) etcFiles.${name})) etcFiles
      + link "systemd/system" (lib.run "system-units" ./scripts/units.sh { inherit busybox; });
  };

  systemPath = lib.run "system-path" ./scripts/system-path.sh {
    packages = [ busybox ] ++ host.packages;
  };

  toplevel = lib.run "nixos-system-${host.hostName}-${version}" ./scripts/toplevel.sh {
    inherit busybox etc systemPath usersGroups version;
  };

  # The mutable part of /etc that NixOS's activation writes. No account has a password here: only the hash in
  # users-groups.json is planted in `leaky`, once.
  accounts = lib.fileTree "accounts" {
    "passwd" = ''
      root:x:0:0:System administrator:/root:/run/current-system/sw/bin/sh
      ${host.user}:x:1000:100::/home/${host.user}:/run/current-system/sw/bin/sh
      nobody:x:65534:65534:Unprivileged account (don't use!):/var/empty:/bin/false
    '';
    "group" = ''
      root:x:0:
      wheel:x:1:${host.user}
      users:x:100:
      nixbld:x:30000:
      nogroup:x:65534:
    '';
    "shadow" = ''
      root:!:1::::::
      ${host.user}:!:1::::::
      nobody:!:1::::::
    '';
  };

  closure = lib.run "closure-info" ./scripts/closure.sh {
    exportReferencesGraph = [ "graph" toplevel ];
  };
in
{
  inherit toplevel usersGroups;
  makeRoot = lib.program "make-root" ./scripts/make-root.sh {
    inherit accounts busybox closure toplevel;
    inherit (host) user;
  };
}
