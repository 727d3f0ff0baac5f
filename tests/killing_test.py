"""kill -9 of one of four processes that write the same database, again and
again: no row it was told of is missing, none is there twice, each thread's are
in order, no batch is halfway, and the three others notice nothing."""
import os
import pathlib
import random
import subprocess
import sys
import time
import unittest

from support.program import Case, LIMIT, clean_environment, query

WRITER = os.environ.get("SEQUENCE_WRITER",
                        "build/tests/faults/sequence_writer")
FULL = os.environ.get("FAULTS") == "full"
ROUNDS = int(os.environ.get("KILL_ROUNDS", "200" if FULL else "30"))
SEED = int(os.environ.get("FAULTS_SEED", random.randrange(1 << 32)))
PROCESSES = 4
ROUNDS_PER_FILE = 25  # so that looking at all of it stays short
PARTS = {0: 1, 1: 3, 2: 3}  # rows of a number, by thread


class Writer:
    """One process, and what it said was acknowledged."""

    def __init__(self, db, number):
        self.number = number
        self.acknowledged = dict.fromkeys(PARTS, 0)  # thread: last number
        self.rest = b""
        self.process = subprocess.Popen(
            [WRITER, str(db), str(number)], bufsize=0, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=clean_environment())
        os.set_blocking(self.process.stdout.fileno(), False)

    def read(self):
        """Takes what it has printed, so that its pipe never fills."""
        *lines, self.rest = (self.rest + (self.process.stdout.read(1 << 20)
                                          or b"")).split(b"\n")
        for line in lines:
            thread, number = map(int, line.split())
            assert number == self.acknowledged[thread] + 1, line
            self.acknowledged[thread] = number

    def kill(self):
        self.process.kill()
        self.end()

    def end(self):
        code = self.process.wait(LIMIT)
        os.set_blocking(self.process.stdout.fileno(), True)
        self.read()
        for pipe in (self.process.stdin, self.process.stdout):
            pipe.close()
        errors = self.process.stderr.read().decode()
        self.process.stderr.close()
        return code, errors


class Killing(Case):
    def setUp(self):
        super().setUp()
        # Named, so that a failure can be tried again.
        self.random = random.Random(SEED)
        print(f"FAULTS_SEED={SEED}", file=sys.stderr)
        self.started = 0
        self.writers = []
        self.addCleanup(lambda: [w.process.kill() for w in self.writers])

    def start_writer(self):
        self.started += 1
        self.writers.append(Writer(self.db, self.started))

    def test_one_of_four_is_killed(self):
        numbers = 0
        for turn in range(ROUNDS):
            if turn % ROUNDS_PER_FILE == 0:
                self.end_all()
                self.db = pathlib.Path(self.folder, f"{turn}.db")
            while len(self.writers) < PROCESSES:
                self.start_writer()
            victim = self.run_a_while()
            victim.kill()
            self.writers.remove(victim)
            self.assert_kept([victim], f"round {turn}")
            numbers += sum(victim.acknowledged.values())
        self.end_all()
        print(f"faults: killed {ROUNDS} times, of {self.started} processes; "
              f"the dead had been told of {numbers} batches", file=sys.stderr)

    def run_a_while(self):
        """Returns the one to be killed, once each has written something."""
        end = None
        latest = time.monotonic() + LIMIT
        while end is None or time.monotonic() < end:
            self.assertLess(time.monotonic(), latest, "one writes nothing")
            for writer in self.writers:
                writer.read()
                if writer.process.poll() is not None:
                    self.fail(f"a writer ended: {writer.end()}")
            if end is None and all(any(w.acknowledged.values())
                                   for w in self.writers):
                end = time.monotonic() + self.random.uniform(0, 0.06)
            time.sleep(0.001)
        return self.random.choice(self.writers)

    def end_all(self):
        """Those that are left end by themselves, and well."""
        for writer in self.writers:
            writer.process.stdin.close()
        ended, self.writers = self.writers, []
        for writer in ended:
            while writer.process.poll() is None:
                writer.read()
                time.sleep(0.001)
            self.assertEqual(writer.end(), (0, ""))
        if ended:
            self.assert_kept(ended, "ended by themselves", whole=True)

    def assert_kept(self, writers, when, whole=False):
        self.assert_sound()
        for writer in writers:
            rows = query(self.db, """
                select thread, number, part from kept
                where process = ? order by rowid""", (writer.number,))
            for thread, parts in PARTS.items():
                found = [row[1:] for row in rows if row[0] == thread]
                last = len(found) // parts
                told = writer.acknowledged[thread]
                # Once each, in order, whole, without a gap.
                self.assertEqual(
                    found, [(n, p) for n in range(1, last + 1)
                            for p in range(parts)], f"{when}: {writer.number}")
                self.assertGreaterEqual(last, told, f"{when}: gone")
                if whole:
                    self.assertEqual(last, told, when)


if __name__ == "__main__":
    unittest.main()
