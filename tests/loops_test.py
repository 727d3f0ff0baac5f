"""A collector with several event loops does what one with a single one does."""
import json
import signal
import unittest

from support.program import Case, count_runs, garner, get_json, one, query, wait_until
from support.servers import Gate, Misbehaving, dead_port, reply

HOSTS = 8


def answer(body):
    return lambda sock, request, server: sock.sendall(reply(body))


class Loops(Case):
    def setUp(self):
        super().setUp()
        # Each on a port of its own, so that it is another host.
        self.servers = [Misbehaving({"/a": answer(f"[{n}]"), "/b": answer(f"[{n}, 0]")})
                        for n in range(HOSTS)]
        for server in self.servers:
            self.addCleanup(server.stop)

    def file(self, schedule, path="/a", turn=0, more=""):
        """A source s0, s1 ... of each host, or of the one that is turn further."""
        rows = ("rows: { table: t, key: [source], sql: \"select :source as source, sum(value) as n"
                " from json_each(:body)\" }")
        return self.write("garner.yaml", f"garner: 1\nstore: data.db\n{more}sources:\n" + "".join(
            f"  s{n}: {{ url: '{self.servers[(n + turn) % HOSTS].url}{path}', tags: [all],"
            f" schedule: {schedule}, {rows} }}\n" for n in range(HOSTS)))

    def ask(self, *args):
        result = garner(*args, "-c", "garner.yaml", cwd=self.folder)
        self.assert_code(result, 0)
        return result.stdout

    def collect(self, *args):
        running = self.start("run", "-c", "garner.yaml", "--loops", "3", *args)
        wait_until(lambda: running.alive() and count_runs(self.db) >= HOSTS, "a run of each")
        return running

    def test_once_fetches_each_once(self):
        self.file("1s")
        result = garner("run", "-c", "garner.yaml", "--loops", "3", "--once", cwd=self.folder)
        self.assert_code(result, 0)
        self.assertEqual(query(self.db, "select source, n from t order by 1"),
                         [(f"s{n}", n) for n in range(HOSTS)])
        self.assertEqual(count_runs(self.db), HOSTS)
        self.assert_sound()

    def test_it_can_be_asked_as_a_whole(self):
        self.file("100ms")
        port = dead_port()
        running = self.collect("--listen", f"127.0.0.1:{port}")
        status = get_json(f"http://127.0.0.1:{port}/status.json")
        self.assertEqual(sorted(source["name"] for source in status["sources"]),
                         [f"s{n}" for n in range(HOSTS)])
        self.assertGreaterEqual(status["totals"]["started"], HOSTS)
        told = [json.loads(line) for line in self.ask("fetch", "all", "--json").splitlines()]
        self.assertEqual(sorted((run["source"], run["status"]) for run in told),
                         [(f"s{n}", 200) for n in range(HOSTS)])
        self.ask("pause", "all")
        for n in range(HOSTS):
            self.assertIn("paused", self.ask("why", f"s{n}"))
        self.ask("resume", "s1", "s2", "s3")
        self.assertNotIn("paused", self.ask("why", "s2"))
        result = garner("pause", "s1", "nobody", "-c", "garner.yaml", cwd=self.folder)
        self.assert_code(result, 2)
        self.assertIn("nobody", result.stderr)
        self.assertEqual(running.stop(), 0, running.output)
        self.assert_sound()

    def test_sources_move_with_their_hosts(self):
        self.file("50ms")
        running = self.collect()
        for turn in range(1, 4):
            self.file("50ms", "/b" if turn % 2 else "/a", turn)
            running.process.send_signal(signal.SIGHUP)
            wait_until(lambda: running.alive() and query(
                self.db, "select source, n from t order by 1") == [
                    (f"s{n}", (n + turn) % HOSTS) for n in range(HOSTS)], "each at its new host")
        self.assertEqual(one(self.db, "select count(*) from garner_source"), HOSTS)
        wait_until(lambda: one(self.db, "select count(retired) from garner_source") == 0,
                   "nothing that is retired")
        self.assertEqual(running.stop(), 0, running.output)
        self.assert_sound()

    def test_each_moves_as_soon_as_it_can(self):
        """One waits for its server, and nothing else waits for that one."""
        gate = Gate()
        self.servers[0].scripts["/gate"] = gate
        self.file("50ms")
        text = (self.folder / "garner.yaml").read_text()
        slow = text.replace(f"'{self.servers[0].url}/a'", f"'{self.servers[0].url}/gate'")
        self.write("garner.yaml", slow)
        running = self.start("run", "-c", "garner.yaml", "--loops", "3")
        wait_until(lambda: running.alive() and gate.asked and count_runs(self.db) >= HOSTS - 1,
                   "runs")
        for turn in range(1, 4):
            self.file("50ms", "/b" if turn % 2 else "/a", turn)
            self.ask("reload")
            wait_until(lambda: running.alive() and query(
                self.db, "select source, n from t order by 1") == [
                    (f"s{n}", (n + turn) % HOSTS) for n in range(1, HOSTS)], "each at its new host")
        self.assertIn("as the file has it now, when that has ended", self.ask("why", "s0"))
        result = garner("fetch", "s0", "-c", "garner.yaml", cwd=self.folder)
        self.assert_code(result, 3)
        self.assertIn('"s0" changes as the file has it', result.stderr)
        self.assertEqual(len(json.loads(self.ask("status", "--live"))["sources"]), HOSTS)
        self.assertEqual(one(self.db, "select count(retired) from garner_source"), 0)
        self.assertEqual(gate.asked, 1)
        gate.opened.set()
        wait_until(lambda: running.alive() and query(
            self.db, "select n from t where source = 's0'") == [(3,)], "the last one")
        self.assertEqual(running.stop(), 0, running.output)
        self.assert_sound()

    def test_what_one_loop_sees_is_told_by_the_first(self):
        mark = self.folder / "told"
        hook = self.write("hook", f'#!/bin/sh\necho "$GARNER_SOURCE" >>{mark}\n')
        hook.chmod(0o755)
        self.file("1h", more=f"defaults: {{ hooks: {{ success: ['{hook}'] }} }}\n")
        result = garner("run", "-c", "garner.yaml", "--loops", "3", "--until-idle",
                        cwd=self.folder)
        self.assert_code(result, 0)
        self.assertEqual(sorted(mark.read_text().split()), [f"s{n}" for n in range(HOSTS)])

    def test_too_many_are_refused(self):
        self.file("1s")
        result = garner("run", "-c", "garner.yaml", "--loops", "65", cwd=self.folder)
        self.assert_code(result, 2)
        self.assertIn("at most 64", result.stderr)


if __name__ == "__main__":
    unittest.main()
