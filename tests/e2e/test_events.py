"""A build's events over HTTP, from the queue to the release, as a browser's EventSource reads them."""

import http.client
import json
import unittest
from urllib.parse import urlsplit

from harness import FINAL, DaemonTest, scripted

# Many small files and some that are larger: an audit that takes a while, whatever the machine.
TREE = """
mkdir tree
cd tree
for d in $(seq 20); do
  mkdir "$d"
  seq 1000 | sed "s/^/$d of /" | split -l 1 -a 3 - "$d/entry."
  seq "${d}000000" "${d}400000" >"$d/long"
done
cd ..
tar -cf "$1" -C tree .
"""


SCRIPTS = {"tree": TREE, "small": 'echo x >x; tar -cf "$1" x', "endless": "exec sleep infinity"}


class Events(DaemonTest):
    def setUp(self):
        self.served = self.daemon()
        self.served.config["targets"] = {
            name: scripted(self.served.folder / name, body) for name, body in SCRIPTS.items()}
        self.served.start()

    def ask(self, path, **headers):
        connection = http.client.HTTPConnection(urlsplit(self.served.url).netloc, timeout=300)
        self.addCleanup(connection.close)
        connection.request("GET", f"/api/v1/builds/{path}", headers=headers)
        return connection.getresponse()

    def events(self, build, **headers):
        """Gives (id, build) of each event until the stream ends."""
        answer = self.ask(f"{build}/events", **headers)
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.getheader("Content-Type"), "text/event-stream")
        event = {}
        for line in answer:
            line = line.decode().removesuffix("\n")
            if line:
                name, _, value = line.partition(": ")
                self.assertNotIn(name, event)
                event[name] = value
            elif event.get("event"):
                self.assertEqual(set(event), {"event", "id", "data"})
                self.assertEqual(event["event"], "build")
                yield int(event["id"]), json.loads(event["data"])
                event = {}
            else:
                event = {}

    def test_a_build_is_told_from_the_queue_to_its_end(self):
        build = self.served.build("tree")
        told = list(self.events(build))
        last = told[-1][1]
        self.assertEqual(last["state"], "published", self.served.build_log(build))
        ids = [revision for revision, _ in told]
        self.assertEqual(ids, [shown["revision"] for _, shown in told])
        self.assertEqual(ids, sorted(set(ids)))
        order = ["queued", "building", "assembling", "auditing", "signing", "published"]
        states = [order.index(shown["state"]) for _, shown in told]
        self.assertEqual(states, sorted(states))
        self.assertIn(order.index("auditing"), states)
        self.assertEqual([shown["state"] for _, shown in told if shown["state"] in FINAL],
                         ["published"])

        audit = [shown["progress"] for _, shown in told
                 if shown["state"] == "auditing" and shown["progress"]]
        self.assertTrue(audit)
        entries = [progress["entries"] for progress in audit]
        self.assertEqual(entries, sorted(entries))
        self.assertGreater(entries[-1], 0)
        for progress in audit:
            self.assertEqual(progress["path"], progress["text"])
            self.assertLessEqual(progress["done"], progress["total"])
        self.assertTrue([p for p in audit if "/entry." in p["path"] or "/long" in p["path"]], audit)

        # One that has the last event is told not to come again; one that has an older one goes on.
        answer = self.ask(f"{build}/events", **{"Last-Event-ID": str(ids[-1])})
        self.assertEqual(answer.status, 204)
        again = list(self.events(build, **{"Last-Event-ID": str(ids[0])}))
        self.assertEqual(again, [told[-1]])

    def test_who_comes_back_is_not_told_the_same_again(self):
        build = self.served.build("small")
        seen, _ = next(self.events(build))
        told = list(self.events(build, **{"Last-Event-ID": str(seen)}))
        self.assertNotIn(seen, [revision for revision, _ in told])
        self.assertEqual(told[-1][1]["state"], "published")

    def test_unknown_builds_and_too_many_clients(self):
        answer = self.ask("999/events")
        self.assertEqual(answer.status, 404)
        self.assertEqual(answer.getheader("Content-Type"), "application/problem+json")

        build = self.served.build("endless")
        open_ones = [self.ask(f"{build}/events") for _ in range(64)]
        self.assertEqual({answer.status for answer in open_ones}, {200})
        answer = self.ask(f"{build}/events")
        self.assertEqual(answer.status, 503)
        self.assertEqual(answer.getheader("Retry-After"), "5")
        self.assertEqual(answer.getheader("Content-Type"), "application/problem+json")
        self.served.api("POST", f"/builds/{build}/cancel")
        for answer in open_ones:  # each is told the end, and ends
            self.assertIn(b'"state":"canceled"', answer.read())


if __name__ == "__main__":
    unittest.main()
