"""What `leaky` plants is found and named, and stands in no output, log or database file."""

import gzip
import io
import json
import subprocess
import tarfile
import unittest

from harness import FLAKE, SOURCE, DaemonTest, tarball

NIX = ["nix", "--extra-experimental-features", "nix-command flakes", "--option", "substituters", "",
       "--option", "sandbox", "false", "--option", "build-users-group", ""]

# What each planted item must be found as.
RULES = {
    "github-token": "forges.github-",
    "aws-access-key-id": "cloud.aws-",
    "aws-secret-access-key": "cloud.aws-",
    "openssh-private-key": "keys.openssh-private",
    "hashed-password": "nixos.users-groups-password",
    "person-name": "identity.name",
    "email": "identity.email",
    "ssh-host-key": "hygiene.ssh-host-key",
    "machine-id": "hygiene.machine-id",
}


def planted(name):
    """The JSON that one of the flake's packages holds."""
    done = subprocess.run([*NIX, "build", "--no-link", "--json",
                           f"{FLAKE}#packages.x86_64-linux.{name}"],
                          capture_output=True, check=True)
    path = json.loads(done.stdout)[0]["outputs"]["out"]
    with open(path, encoding="utf-8") as file:
        return json.load(file)


class LeakyTest(DaemonTest):
    @classmethod
    def setUpClass(cls):
        cls.values = planted("planted")
        cls.places = planted("planted-places")

    def setUp(self):
        self.server = self.daemon({"leaky": tarball(
            "leaky", policy=str(SOURCE / "policies" / "enterprise.json"), file="leaky.wsl")})
        self.server.start()

    def generated_keys(self, image):
        """The bodies of the two private keys that are made anew in each image."""
        with tarfile.open(fileobj=io.BytesIO(image)) as tar:
            for name in ("openssh-private-key", "ssh-host-key"):
                text = tar.extractfile("./" + self.places[name]).read().decode()
                yield name, text.splitlines()[2]  # a line of random base64

    def hidden_strings(self, **more):
        """Every planted secret, in the forms in which it could slip out."""
        strings = {**self.values, **more}
        for name, value in list(strings.items()):
            strings[name + " in JSON"] = json.dumps(value)[1:-1]
            strings[name + " with slashes escaped"] = value.replace("/", "\\/")
            if name == "person-name":
                strings["person-name in words"] = value.replace("-", " ").title()
        return {name: value.encode() for name, value in strings.items()}

    def test_all_is_found_and_nothing_slips_out(self):
        build = self.server.build("leaky")
        shown = self.server.wait(build)
        self.assertEqual(shown["state"], "rejected", shown)
        report = self.server.api("GET", f"/builds/{build}/report")
        for name, place in self.places.items():
            with self.subTest(planted=name):
                self.assertTrue(self.find(report, name, place), f"{name} is not in the report")
        for what, data in self.everything(build, report).items():
            for name, value in self.hidden_strings().items():
                self.assertFalse(value.lower() in data.lower(), f"{name} stands in {what}")

    def make_image(self):
        """An image of the same target, made by hand; returns its path and the tar inside."""
        done = subprocess.run([*NIX, "build", "--no-link", "--json",
                               f"{FLAKE}#{tarball('leaky')['attribute']}"],
                              capture_output=True, check=True)
        path = json.loads(done.stdout)[0]["outputs"]["out"]
        out = self.server.folder / "again.wsl"
        subprocess.run([f"{path}/bin/nixos-wsl-tarball-builder", out], check=True,
                       stdout=subprocess.DEVNULL)
        return out, gzip.decompress(out.read_bytes())

    def find(self, report, name, place):
        """Findings for a planted item: its rule, at its place (redacted where it is in the path)."""
        shown = "/" + place.replace(self.values["person-name"], "‹redacted›")
        for finding in report["findings"]:
            places = [finding["path"], *(one["path"] for one in finding.get("places", []))]
            if RULES[name] in finding["rule"] and any(
                    path == shown or shown.startswith(path + "/") for path in places):
                self.assertEqual(finding["status"], "blocking", finding)
                return True
        return False

    def everything(self, build, report):
        """All that a person, a machine or a thief of the state folder gets to see."""
        server = self.server
        outputs = {
            "the report": json.dumps(report, ensure_ascii=False).encode(),
            "the report as text": server.request("GET", f"/api/v1/builds/{build}/report.txt")[2],
            "the build": json.dumps(server.show(build)).encode(),
            "the build's log": server.build_log(build).encode(),
            "the metrics": server.request("GET", "/metrics")[2],
            "the daemon's log": server.log().encode(),
        }
        for command in (["report", build], ["report", build, "--format", "json"], ["show", build],
                        ["log", build], ["status"], ["builds"]):
            done = server.run_cli(*command, code=None)
            outputs["assay " + " ".join(map(str, command))] = (done.stdout + done.stderr).encode()
        server.stop()
        files = [path for path in server.state.rglob("*") if path.is_file()]
        self.assertIn("assay.db", [path.name for path in files])
        for path in files:
            outputs[f"the state folder's {path.name}"] = path.read_bytes()
        return outputs

    def test_a_local_scan_tells_the_same_without_the_secret(self):
        path, image = self.make_image()
        hidden = self.hidden_strings(**dict(self.generated_keys(image)))
        for form in ("text", "json"):
            done = self.server.run_cli("scan", path, "--format", form, "--policy",
                                       SOURCE / "policies" / "enterprise.json", code=1)
            said = (done.stdout + done.stderr).encode().lower()
            for name, value in hidden.items():
                self.assertFalse(value.lower() in said, f"{name} stands in the {form} output")
        report = json.loads(done.stdout)
        for name, place in self.places.items():
            self.assertTrue(self.find(report, name, place), f"{name} is not in the report")


if __name__ == "__main__":
    unittest.main()
