"""A fetch that is due and cannot start is recorded with its reason: the slots
of a run are all used, or all accounted for."""
import signal
import time
import unittest

from support.program import Case, count_runs, get_json, one, query, wait_until
from support.servers import Misbehaving, Nginx, dead_port, reply


class Missed(Case):
    @classmethod
    def setUpClass(cls):
        cls.nginx = Nginx()
        cls.addClassCleanup(cls.nginx.stop)

    def missed(self):
        """Reasons and how many slots each cost."""
        return dict(query(self.db, "select error, sum(missed) from garner_run"
                                   " where missed > 0 group by error"))

    def slots(self):
        """Used and missed."""
        return count_runs(self.db) + sum(self.missed().values())

    def test_while_the_last_one_goes_on(self):
        slow = Misbehaving({"/slow": lambda sock, request, server: (
            server.done.wait(0.45), sock.sendall(reply("1")))})
        self.addCleanup(slow.stop)
        start = time.monotonic()
        running = self.start("run", slow.url + "/slow", "--every", "100ms",
                             "--for", "3s", "--db", self.db)
        self.assertEqual(running.wait(), 0, running.output)
        took = time.monotonic() - start
        # A busy machine is late for some.
        self.assertGreater(sum(slots for reason, slots in self.missed().items()
                               if "still" in reason), 0)
        self.assertLessEqual(count_runs(self.db), took / 0.45 + 1)
        # It may stop it late, too, never early.
        self.assertGreaterEqual(self.slots(), 29)
        self.assertLessEqual(self.slots(), took / 0.1 + 1)
        self.assertIn("missed", running.output)

    def test_while_the_machine_sleeps(self):
        start = time.monotonic()
        running = self.start("run", self.nginx.url + "/tick", "--every", "50ms",
                             "--db", self.db)
        wait_until(lambda: running.alive() and count_runs(self.db) > 4, "some runs")
        running.process.send_signal(signal.SIGSTOP)
        asleep = time.monotonic()
        time.sleep(1)  # the fault itself, not something waited for
        slept = time.monotonic() - asleep
        before = count_runs(self.db)
        running.process.send_signal(signal.SIGCONT)
        wait_until(lambda: running.alive() and count_runs(self.db) > before + 4, "more")
        self.assertEqual(running.stop(), 0, running.output)
        self.assertGreaterEqual(sum(self.missed().values()), slept / 0.05 - 2)
        self.assertLessEqual(self.slots(), (time.monotonic() - start) / 0.05 + 1)

    def test_the_numbers_of_the_door_agree(self):
        port = dead_port()
        slow = Misbehaving({"/slow": lambda sock, request, server: (
            server.done.wait(0.15), sock.sendall(reply("1")))})
        self.addCleanup(slow.stop)
        running = self.start("run", slow.url + "/slow", self.nginx.url + "/tick",
                             "--every", "50ms", "--db", self.db,
                             "--listen", f"127.0.0.1:{port}")

        def totals():
            running.alive()
            try:
                return get_json(f"http://127.0.0.1:{port}/status.json")["totals"]
            except OSError:
                return None

        last = wait_until(lambda: (t := totals()) and t["missed_overlap"] > 5 and t,
                          "slots missed")
        self.assertEqual(last["due"], last["started"] + last["missed_overlap"]
                         + last["missed_late"] + last["missed_refused"]
                         + last["missed_waiting"] + last["missed_stopped"])
        self.assertEqual(running.stop(), 0)
        self.assertGreaterEqual(count_runs(self.db), last["stored"])
        self.assertGreaterEqual(sum(self.missed().values()), last["missed_overlap"])


if __name__ == "__main__":
    unittest.main()
