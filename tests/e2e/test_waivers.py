"""A finding is accepted by a person until a day: the next build passes, and says who accepted it."""

import datetime
import json
import unittest

from harness import DaemonTest, scripted

TOKEN = "ghp_8t" + "ViZ1sMxLgpn3J1RJiuLyktiYJBiA0TESSq"
SCRIPT = f"""
mkdir -p root/etc root/srv
printf '[oobe]\\ndefaultUid=1000\\n' >root/etc/wsl-distribution.conf
echo 'token = {TOKEN}' >root/srv/deploy
tar -C root --owner=0 --group=0 -cf "$1" etc srv
"""


def day(days):
    return (datetime.datetime.now(datetime.timezone.utc)
            + datetime.timedelta(days=days)).strftime("%Y-%m-%d")


class Waivers(DaemonTest):
    def setUp(self):
        self.served = self.daemon()
        folder = self.served.folder
        policy = {"schema": "assay.policy/1", "name": "team", "block": {"wsl": "never",
                  "hygiene": "never"}}
        (folder / "free.json").write_text(json.dumps(policy))
        (folder / "locked.json").write_text(json.dumps(
            {**policy, "rules": {"secret.*": {"locked": True}}}))
        for name in ("free", "locked"):
            self.served.config["targets"][name] = {
                **scripted(folder / f"flake-{name}", SCRIPT),
                "policy": str(folder / f"{name}.json")}
        self.served.start()

    def build(self, target, state):
        build = self.served.build(target)
        shown = self.served.wait(build)
        self.assertEqual(shown["state"], state, self.served.build_log(build))
        report = self.served.api("GET", f"/builds/{build}/report")
        (finding,) = [f for f in report["findings"] if f["class"] == "secret"]
        return finding, report

    def test_from_rejected_to_published_and_back(self):
        finding, _ = self.build("free", "rejected")
        print_ = finding["fingerprint"]
        approver = self.served.create_token("ann", "approve")
        out = self.served.run_cli("waive", print_, "--expires", day(1), "--reason", "a test token",
                                  token=False, ASSAY_TOKEN=approver).stdout
        self.assertIn(print_, out)
        finding, report = self.build("free", "published")
        self.assertEqual(finding["status"], "waived")
        self.assertEqual(finding["waiver"]["by"], "ann")
        self.assertEqual(finding["waiver"]["reason"], "a test token")
        self.assertEqual(report["summary"]["waived"], 1)
        self.assertIn("ann", self.served.run_cli("waivers").stdout)
        self.served.run_cli("waive", print_, "--remove")
        self.assertEqual(self.served.api("GET", "/waivers"), [])
        self.served.run_cli("waive", print_, "--remove", code=2)
        self.build("free", "rejected")

    def test_one_for_another_target_or_against_a_lock_does_not_count(self):
        finding, _ = self.build("free", "rejected")
        waiver = {"fingerprint": finding["fingerprint"], "reason": "known", "expires": day(1)}
        self.served.api("POST", "/waivers", {**waiver, "target": "locked"})
        self.build("free", "rejected")
        self.served.api("POST", "/waivers", waiver)
        finding, report = self.build("locked", "rejected")
        self.assertEqual(finding["waiver"]["refused"], "locked")
        self.assertEqual(report["summary"]["waivers_locked"], 1)

    def test_what_cannot_be_waived_is_told(self):
        finding, _ = self.build("free", "rejected")
        waiver = {"fingerprint": finding["fingerprint"], "reason": "known", "expires": day(1)}
        for change, status, said in (
                ({"fingerprint": "0" * 32}, 404, "no report has a finding"),
                ({"fingerprint": "nonsense"}, 422, "fingerprint"),
                ({"expires": day(-1)}, 422, "past"),
                ({"expires": "soon"}, 422, "YYYY-MM-DD"),
                ({"reason": ""}, 422, "reason"),
                ({"target": "none"}, 404, "no target named none")):
            with self.subTest(change=change):
                got, _, data = self.served.request("POST", "/api/v1/waivers", {**waiver, **change})
                self.assertEqual(got, status, data)
                self.assertIn(said, data.decode())
        trigger = self.served.create_token("ci", "trigger")
        self.assertEqual(self.served.request("POST", "/api/v1/waivers", waiver, token=trigger)[0],
                         403)
        self.assertEqual(self.served.request("POST", "/api/v1/waivers", waiver, token=None)[0],
                         401)
        self.served.run_cli("waive", finding["fingerprint"], code=2)


if __name__ == "__main__":
    unittest.main()
