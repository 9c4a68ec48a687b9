"""Receive urgent actions: python partner_receiver.py PORT, with secrets (whsec_...) in PARTNER_SECRETS."""

import os
import sqlite3
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer

from standardwebhooks import Webhook, WebhookVerificationError

SEEN = sqlite3.connect(os.environ.get("PARTNER_SEEN", "seen.sqlite"), isolation_level=None)
SEEN.execute("CREATE TABLE IF NOT EXISTS seen (id TEXT PRIMARY KEY, event BLOB)")


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(min(abs(int(self.headers["Content-Length"] or 0)), 4 * 1024 * 1024))
        secrets = os.environ["PARTNER_SECRETS"].split()  # two of them while one is being replaced
        self.send_response(204 if any(self.keeps(secret, body) for secret in secrets) else 401)
        self.end_headers()

    def keeps(self, secret: str, body: bytes) -> bool:
        try:
            event = Webhook(secret).verify(body, dict(self.headers))  # the signature, and a time near ours
        except (WebhookVerificationError, ValueError):
            return False
        kept = SEEN.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", (self.headers["webhook-id"], body))
        if kept.rowcount:  # the same message may come again, and is done once
            print(event["type"], event["data"]["index"], event["data"]["title"], flush=True)
        return True


HTTPServer(("127.0.0.1", int(sys.argv[1])), Receiver).serve_forever()
