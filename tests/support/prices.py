"""A source of prices behind nginx, for tests of what goes beside a collector."""
import json
import os

from support.program import Case, garner
from support.servers import Nginx

ROWS = """rows:
      table: price
      key: [symbol]
      expect: { min_rows: 2, max_drop: 50%, not_null: [price] }
      sql: |
        select value->>'symbol' as symbol, value->>'price' as price,
          :fetched_at as seen from json_each(:body)"""

# A busy machine misses due times, and the end may come in the middle of a run.
FAILED = "select * from garner_run where failure not in ('missed', 'canceled')"


def prices(*numbers):
    return json.dumps([{"symbol": f"S{i}", "price": n} for i, n in enumerate(numbers)])


class Tools(Case):
    version = 1700000000

    @classmethod
    def setUpClass(cls):
        cls.nginx = Nginx()
        cls.addClassCleanup(cls.nginx.stop)

    def serve(self, text):
        """Each version has another ETag, which is made of the time."""
        served = self.nginx.folder / "files" / "prices.json"
        served.write_text(text)
        Tools.version += 100
        os.utime(served, (Tools.version, Tools.version))

    def config(self, rows=ROWS, more=""):
        return self.write("g.yaml", f"""garner: 1
store: {self.db}
sources:
  prices:
    url: {self.nginx.url}/files/prices.json
    {more}
    {rows}
""")

    def ok(self, *args, code=0, **more):
        result = garner(*args, **more)
        self.assert_code(result, code)
        return result

    def collect(self, file):
        return self.ok("run", "-c", file, "--once")
