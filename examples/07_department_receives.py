"""A department receives by webhook: signature verified, doubles dropped (承办单位接收投递：验签、去重).

    python examples/07_department_receives.py

The department's server answers every second call with an error *after* doing its work, as servers do when they are
restarted at a bad moment.  The hotline sends again under the same id, and each event takes effect once, in order.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from hotline12345 import Actor, Hotline, Request, Requester, RequestError
from hotline12345.delivery import deliver, read_destinations, verify

KEY = "whsec_ZXhhbXBsZSBrZXksIG5vdCBmb3IgcmVhbCB1c2UuLi4="  # invented, as every key in an example
KEYS = [b"example key, not for real use..."]


# ── the department: one table of ids, one of what it keeps, written together ──


class Department(BaseHTTPRequestHandler):
    """What a department needs: verify, drop what was seen, act, answer."""

    calls = 0
    db = sqlite3.connect(":memory:", check_same_thread=False)

    def do_POST(self) -> None:
        """Take one message."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        Department.calls += 1
        try:
            message_id = verify(dict(self.headers), body, KEYS, now=datetime.now(UTC))
        except RequestError as fault:
            return self._answer(401, fault.code)
        with self.db:  # the id and what was done, in one transaction
            new = self.db.execute("INSERT OR IGNORE INTO seen VALUES (?)", (message_id,)).rowcount
            if new:
                event = json.loads(body)
                row = (event["subject"], event["data"]["event"], event["data"]["order"]["text"])
                self.db.execute("INSERT INTO done VALUES (?, ?, ?)", row)
        return self._answer(500 if Department.calls % 2 else 204, "the answer is lost")

    def _answer(self, status: int, why: str) -> None:
        print(f"  部门答复 {status} {'' if status == 204 else why}")
        self.send_response(status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Keep the output readable."""


Department.db.executescript("CREATE TABLE seen (id TEXT PRIMARY KEY); CREATE TABLE done (number, event, text);")
server = HTTPServer(("127.0.0.1", 0), Department)
threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

# ── the hotline: an order is received and dispatched ──

now = datetime.now(UTC)


def clock() -> datetime:
    """Return the present, which the example moves on by itself."""
    return now


hotline = Hotline("shenyang", "memory:", clock=clock)
asked = Request(received=now, text="小区门口路灯坏了三天", area="210102", requester=Requester("王某某", "13800000000"))
order = hotline.receive(asked, by=Actor.parse("agent@210100-12345/li"))
print(f"工单 {order.number[-6:]} → {order.holder}")

# ── where to: this department, its own orders, the words it needs to work on them ──

Path("deliver.toml").write_text(
    f"""
[[destination]]
name = "urban"
publisher = "webhook"
url = "http://127.0.0.1:{server.server_port}/12345"
secret_env = "URBAN_KEY"
as = "handler@{order.holder}"
purpose = "read"
fields = ["status", "due_day", "text"]
""",
    encoding="utf-8",
)
(urban,) = read_destinations("deliver.toml", {"URBAN_KEY": KEY})

# ── deliver until nothing is left; what failed is tried again when its time has come ──

publisher = urban.open()
for _ in range(20):
    told = deliver(hotline.store, urban, publisher, clock)
    print(f"投递：读 {told.read} 条，收下 {told.sent} 条，失败 {told.failed} 次")
    if not told.read and not told.sent and not told.failed:
        break
    now += timedelta(seconds=10)  # signatures are checked to within five minutes
publisher.close()
server.shutdown()
server.server_close()

done = Department.db.execute("SELECT event, text FROM done").fetchall()
print("部门记下：", done)
assert done == [("Dispatched", "小区门口路灯坏了三天")], "once in effect, though it was sent twice"
assert Department.calls == 2
