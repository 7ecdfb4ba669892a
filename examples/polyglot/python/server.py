"""One step of the ring, with nothing but Python's standard library."""

import json
import os
import re
import signal
import threading
import urllib.error
import urllib.request
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

NAME = "python"
NEXT = os.environ.get("JAVA_URL")
MAX_HOPS = 32
TRACE = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")


def log(level, message, headers=None, **more):
    line = {"time": datetime.now(timezone.utc).isoformat(), "level": level, "msg": message, "service": NAME}
    trace = TRACE.match((headers or {}).get("traceparent") or "")
    if trace:
        line["trace_id"] = trace[1]
    print(json.dumps(line | more), flush=True)


def ring(headers, hops):
    if hops == 0:
        return {"path": [NAME]}
    if not NEXT:
        return {"path": [NAME], "ended": "JAVA_URL is not set"}
    request = urllib.request.Request(f"{NEXT}/ring?hops={hops - 1}")
    # The trace goes on as it came: that is all that a service has to do to be seen in it.
    for name in ("traceparent", "tracestate", "baggage"):
        if headers.get(name):
            request.add_header(name, headers[name])
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            rest = json.load(answer)
    except (OSError, ValueError) as error:  # URLError is an OSError
        log("ERROR", "calling java", headers, error=str(error))
        return {"path": [NAME], "ended": "java does not answer"}
    return rest | {"path": [NAME, *rest["path"]]}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Head and body go out in two writes; without this the second waits 40 ms for the first one's acknowledgement.
    disable_nagle_algorithm = True

    def do_GET(self):
        path, _, query = self.path.partition("?")  # urlsplit raises at a path such as //[
        if path == "/healthz":
            self.answer(200, {"status": "ok"})
            return
        hops = parse_qs(query).get("hops", ["4"])[0]
        if path != "/ring":
            status, value = 404, {"error": "there is only /ring"}
        elif not re.fullmatch(r"[0-9]{1,2}", hops) or int(hops) > MAX_HOPS:
            status, value = 400, {"error": f"hops is a number from 0 to {MAX_HOPS}"}
        else:
            status, value = 200, ring(self.headers, int(hops))
        self.answer(status, value)
        log("INFO", f"GET {path}", self.headers, status=status)

    def answer(self, status, value):
        body = (json.dumps(value) + "\n").encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Nothing: log writes the lines."""


def main():
    server = ThreadingHTTPServer((os.environ.get("HOST", "127.0.0.1"), int(os.environ["PORT"])), Handler)
    for number in (signal.SIGTERM, signal.SIGINT):
        # shutdown waits for the loop that this handler interrupts, so it runs beside it.
        signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
    log("INFO", "listening", port=server.server_port)
    server.serve_forever(poll_interval=0.1)
    log("INFO", "stopping")
    server.socket.close()


if __name__ == "__main__":
    main()
