"""What NixOS-WSL teams check their tarballs with today is a script that greps names and variables.
Each of its known failures is decided rightly by `assay scan`."""
import io
import json
import tarfile
import unittest

from cli_harness import SOURCE, CliTest

SECRET = "whayG5Q3gpwP" + "AYXw81vMkFzt"


class OldCheckTest(CliTest):
    def tarball(self, **files):
        """A tarball of these files; a "__" in a name is a slash. A .wsl file is a gzipped one."""
        data = io.BytesIO()
        with tarfile.open(fileobj=data, mode="w:gz") as tar:
            for name, content in files.items():
                entry = tarfile.TarInfo("./" + name.replace("__", "/"))
                entry.size = len(content)
                tar.addfile(entry, io.BytesIO(content.encode()))
        path = self.home / "nixos.wsl"
        path.write_bytes(data.getvalue())
        return path

    def policy(self, name, **more):
        path = self.home / f"{name}.json"
        path.write_text(json.dumps({"schema": "assay.policy/1", "name": name, **more}))
        return path

    def blocking(self, path, *args, **env):
        """{(rule, path)} of what blocks."""
        done, _ = self.assay("scan", path, "--no-cache", "--format", "json", *args, code=1, **env)
        return {(f["rule"], f["path"]) for f in json.loads(done)["findings"]
                if f["status"] == "blocking"}

    def secrets(self, path, *args, **env):
        """Those of secrets and identities."""
        return {(rule, place) for rule, place in self.blocking(path, *args, **env)
                if not rule.startswith(("wsl.", "nixos.", "hygiene."))}

    def test_the_tarball_is_opened(self):
        """It looked at the configuration and the environment, never at the file."""
        path = self.tarball(srv__app__env=f"TOKEN={SECRET}\n")
        self.assertEqual(self.secrets(path), {("generic.token-variable", "/srv/app/env")})

    def test_a_name_is_found_as_a_word_only(self):
        """`tim` matched "optimus"."""
        tim = self.policy("tim", extends=str(SOURCE / "policies" / "base.json"),
                          identities=[{"kind": "username", "value": "tim"}])
        path = self.tarball(
            srv__a="optimus prime, time and again, a ritim, timer=1, /home/timothy\n",
            srv__b="built in /home/tim\n", srv__c="Written by Tim.\n")
        done, _ = self.assay("scan", path, "--no-cache", "--format", "json", "--policy", tim, code=1)
        [finding] = [f for f in json.loads(done)["findings"] if f["class"] == "identity"]
        places = {place["path"] for place in [finding, *finding.get("places", [])]}
        self.assertEqual(places, {"/srv/b", "/srv/c"})

    def test_a_variable_is_found_by_the_end_of_its_name(self):
        """`^TOKEN` missed MY_TOKEN."""
        for name in ("MY_TOKEN", "GITLAB_TOKEN", "TIGER_API_KEY", "DB_PASSWORD", "APP_PRIVATE_KEY",
                     "OPENAI_SECRET"):
            with self.subTest(variable=name):
                path = self.tarball(etc__profile=f"export {name}={SECRET}\n")
                self.assertTrue(self.secrets(path))

    def test_with_no_policy_at_all_the_base_one_holds(self):
        """Its enterprise layer shipped an empty list, so that nothing was checked by default."""
        path = self.tarball(root__netrc="machine git.tiger.test login ottilie password gq7Lw2vNp\n")
        self.assertIn(("files.netrc", "/root/netrc"), self.secrets(path))

    def test_no_variable_of_the_caller_turns_it_off(self):
        """WSL_TARBALL_SKIP_CHECKS=1 did; and CI called the builder without the check."""
        path = self.tarball(srv__env=f"MY_TOKEN={SECRET}\n")
        self.assertTrue(self.secrets(path, WSL_TARBALL_SKIP_CHECKS="1"))

    def test_an_initial_password_is_found(self):
        """`initialPassword = "nixos"` shipped."""
        users = {"groups": [], "mutableUsers": True, "users": [
            {"name": "nixos", "hashedPassword": None, "initialHashedPassword": None,
             "initialPassword": "nixos", "password": None}]}
        store = "nix/store/0c5l3jkxmvr8wzq1n2y4s6b7d9fghhi0-users-groups.json"
        found = self.blocking(self.tarball(**{
            store: json.dumps(users),
            "srv/configuration.nix": 'users.users.nixos.initialPassword = "nixos";\n'}))
        self.assertIn(("nixos.users-groups-password", "/" + store), found)
        self.assertIn(("nix.initial-password", "/srv/configuration.nix"), found)

    def test_the_environment_of_the_caller_is_no_finding(self):
        """It blocked on names in the build host's environment, whatever the tarball held."""
        path = self.tarball(srv__notes="nothing to see\n")
        report = json.loads(self.assay("scan", path, "--no-cache", "--format", "json",
                                       MY_TOKEN=SECRET)[0])
        self.assertEqual([f for f in report["findings"] if f["class"] == "secret"], [])
        self.assertNotIn(SECRET, json.dumps(report))


if __name__ == "__main__":
    unittest.main()
