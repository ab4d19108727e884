"""Container images: what an upper layer deletes is shipped all the same, and so is what the
configuration tells."""
import json
import re
import subprocess
import unittest

from cli_harness import CliTest
from test_cli_scan import TOKEN

OTHER = "q7RmZ2vXc9Kp4Ls8Wd1Tn6Bf3Hj5Gy0E"
LAYER = r"(blobs/sha256/[0-9a-f]{64}|[0-9a-f]{64}/layer\.tar|[0-9a-f]{64}\.tar)"


class Layers(CliTest):
    def setUp(self):
        super().setUp()
        self.env["PATH"] += ":/usr/sbin:/sbin"
        self.sh(f"""
            umoci init --layout image
            umoci new --image image:tag
            umoci unpack --rootless --image image:tag bundle
            cd bundle/rootfs
            mkdir -p etc srv
            echo 0123456789abcdef0123456789abcdef >etc/machine-id
            echo '[boot]' >etc/wsl.conf
            echo 'T={TOKEN}' >srv/deploy
            cd ../..
            umoci repack --refresh-bundle --image image:tag bundle
            rm -r bundle/rootfs/srv bundle/rootfs/etc/machine-id
            printf '[oobe]\\ndefaultName=x\\n' >bundle/rootfs/etc/wsl-distribution.conf
            umoci repack --image image:tag bundle
            umoci config --image image:tag --config.env 'DEPLOY_TOKEN={OTHER}'
            """)

    def sh(self, script):
        done = subprocess.run(["sh", "-ec", script], cwd=self.home, env=self.env,
                              capture_output=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr.decode())

    def found(self, artifact):
        """{rule: [path, ...]} of the report, and the names of the formats it covers."""
        report = json.loads(self.assay("scan", artifact, "--format", "json", code=1)[0])
        self.assertEqual(report["coverage"]["unread"], [])
        rules = {}
        for finding in report["findings"]:
            paths = [finding["path"]] + [place["path"] for place in finding.get("places", [])]
            rules.setdefault(finding["rule"], []).extend(paths)
        return rules, {covered["format"]: covered for covered in report["coverage"]["formats"]}

    def check(self, artifact, layout, config):
        rules, formats = self.found(artifact)
        self.assertEqual(formats[layout]["containers"], 1)
        self.assertEqual(len(rules["hygiene.machine-id"]), 1)
        self.assertRegex(rules["hygiene.machine-id"][0], f"^{LAYER}!etc/machine-id$")
        # The two halves of the WSL check lie in two layers of one system.
        self.assertNotIn("wsl.distribution-conf", rules)
        tokens = [path for paths in rules.values() for path in paths]
        self.assertTrue([p for p in tokens if re.fullmatch(f"{LAYER}!srv/deploy", p)], rules)
        self.assertTrue([p for p in tokens if re.fullmatch("/" + config, p)], rules)

    def test_an_oci_layout(self):
        self.sh("tar -czf image.tar.gz -C image .")
        self.check("image.tar.gz", "OCI layout", "blobs/sha256/[0-9a-f]{64}")

    def test_a_docker_archive(self):
        self.sh("skopeo --insecure-policy copy -q oci:image:tag docker-archive:image.tar:name:tag")
        self.check("image.tar", "docker-archive", r"[0-9a-f]{64}\.json")


if __name__ == "__main__":
    unittest.main()
