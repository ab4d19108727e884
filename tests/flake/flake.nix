{
  description = "Build targets for Assay's tests: small NixOS-like images, made offline from Debian's packages";

  outputs = { self }:
    let
      hosts = import ./hosts.nix;
      images = import ./images.nix;
      planted = import ./planted.nix;
      tarballHost = host: { config.system.build.tarballBuilder = images.tarballBuilder host; };
    in
    {
      nixosConfigurations = {
        minimal = tarballHost hosts.minimal;
        tiger-team = tarballHost hosts.tiger-team;
        leaky = tarballHost hosts.leaky;
      } // import ./broken.nix { good = images.tarballBuilder hosts.minimal; };

      packages.x86_64-linux = {
        dev-vm-qcow2 = images.qcow2 hosts.dev-vm;
        dev-raw = images.raw hosts.dev-vm;
        planted = planted.valuesFile;
        planted-places = planted.placesFile;
      };
    };
}
