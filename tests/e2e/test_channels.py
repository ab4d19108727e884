"""Releases are promoted, rolled back and revoked, by people who are written down."""

import json
import unittest

from harness import DaemonTest, scripted

SCRIPT = """
mkdir -p root/srv
cat $COUNTER >root/srv/number
tar -C root --owner=0 --group=0 --mtime=@1 -cf "$1" srv
"""


class Channels(DaemonTest):
    def setUp(self):
        self.served = self.daemon()
        folder = self.served.folder
        self.counter = folder / "counter"
        (folder / "policy.json").write_text(json.dumps({
            "schema": "assay.policy/1", "name": "team",
            "block": {"wsl": "never", "hygiene": "never"}}))
        self.served.config["targets"]["it"] = {
            **scripted(folder / "flake", SCRIPT.replace("$COUNTER", str(self.counter))),
            "policy": str(folder / "policy.json")}
        self.served.config["targets"]["other"] = self.served.config["targets"]["it"]
        self.served.start()
        self.people = {name: self.served.create_token(name, "approve") for name in ("ann", "bob")}

    def publish(self, number, **more):
        self.counter.write_text(str(number))
        build = self.served.build("it", **more)
        shown = self.served.wait(build)
        self.assertEqual(shown["state"], "published", self.served.build_log(build))
        return self.served.api("GET", f"/releases/{shown['release']}")

    def assay(self, *args, who="ann", code=0):
        return self.served.run_cli(*args, token=False, code=code,
                                   ASSAY_TOKEN=self.people[who])

    def channel(self, name):
        return self.served.api("GET", "/targets/it")["channels"].get(name)

    def history(self, name):
        return [(act["act"], act["release"], act["by"]) for act in
                self.served.api("GET", f"/targets/it/channels/{name}/history")]

    def test_promoted_and_rolled_back(self):
        first, second = self.publish(1), self.publish(2)
        self.assay("promote", first["id"], "stable", "--reason", "tried")
        self.assay("promote", "it@nightly", "stable", who="bob")
        self.assertEqual((self.channel("stable")["release"], self.channel("stable")["serial"]),
                         (second["id"], 2))
        self.assertIn("already", self.assay("promote", second["id"], "stable", code=2).stderr)
        self.assertIn(first["version"], self.assay("rollback", "it", "stable").stdout)
        self.assertEqual((self.channel("stable")["release"], self.channel("stable")["serial"]),
                         (first["id"], 3))
        self.assertEqual(self.history("stable"), [
            ("rollback", first["id"], "ann"), ("promote", second["id"], "bob"),
            ("promote", first["id"], "ann")])
        self.assertIn("no earlier release", self.assay("rollback", "it", "stable", code=2).stderr)
        status, headers, _ = self.served.request("GET", f"/d/it/stable/{first['name']}")
        self.assertEqual((status, headers["ETag"]), (200, f'"{first["sha256"]}"'))

    def test_revoked_is_gone_and_does_not_come_back(self):
        first, second = self.publish(1), self.publish(2)
        self.assay("promote", second["id"], "stable")
        self.assertIn("why?", self.assay("revoke", second["id"], code=2).stderr)
        self.assay("revoke", second["id"], "--reason", "ships a live token")
        self.assertIsNone(self.channel("stable"))
        self.assertIsNone(self.channel("nightly"))
        status, _, data = self.served.request("GET", second["url"])
        problem = json.loads(data)
        self.assertEqual((status, problem["status"]), (410, 410))
        self.assertIn("ships a live token", problem["detail"])
        status, _, data = self.served.request("GET", second["url"] + ".audit.json")
        self.assertEqual((status, json.loads(data)["artifact"]["sha256"]), (200, second["sha256"]))
        shown = self.served.api("GET", f"/releases/{second['id']}")
        self.assertEqual((shown["revoked"]["reason"], shown["channels"]),
                         ("ships a live token", []))
        self.assertEqual(self.history("stable")[0], ("revoke", second["id"], "ann"))
        self.assertIn("revoked", self.assay("promote", second["id"], "stable", code=2).stderr)
        self.assertIn("before", self.assay("revoke", second["id"], "--reason", "x", code=2).stderr)
        self.assay("rollback", "it", "nightly")
        self.assertEqual(self.channel("nightly")["release"], first["id"])
        self.assertEqual(self.channel("nightly")["serial"], 4)
        self.counter.write_text("2")
        shown = self.served.wait(self.served.build("it"))
        self.assertEqual(shown["state"], "failed")
        self.assertIn("which was revoked: ships a live token", shown["failure"]["message"])

    def test_what_cannot_stand_in_a_channel(self):
        first = self.publish(1)
        bypassed = self.publish(3, bypass="for a demonstration")
        self.assertEqual(self.channel("dev")["release"], bypassed["id"])
        for args, said in (((bypassed["id"], "stable"), "bypassed its audit"),
                           ((bypassed["id"], "nightly"), "bypassed its audit"),
                           ((first["id"], "weekly"), "the channels are dev, nightly and stable"),
                           ((99, "stable"), "no release 99")):
            with self.subTest(args=args):
                self.assertIn(said, self.assay("promote", *args, code=2).stderr)
        status, _, data = self.served.request("PUT", "/api/v1/targets/other/channels/stable",
                                              {"release": first["id"]})
        self.assertEqual(status, 422)
        self.assertIn("is one of it, not of other", data.decode())
        for body in ({}, {"release": 1, "rollback": True}, {"release": "1"}, {"more": 1}):
            self.assertEqual(self.served.request(
                "PUT", "/api/v1/targets/it/channels/stable", body)[0], 422)
        trigger = self.served.create_token("ci", "trigger")
        for method, path, body in (
                ("PUT", "/api/v1/targets/it/channels/stable", {"release": first["id"]}),
                ("POST", f"/api/v1/releases/{first['id']}/revoke", {"reason": "x"})):
            self.assertEqual(self.served.request(method, path, body, token=trigger)[0], 403)
            self.assertEqual(self.served.request(method, path, body, token=None)[0], 401)


if __name__ == "__main__":
    unittest.main()
