// One step of the ring, with nothing but Node's own modules.
import http from "node:http";

const NAME = "node";
const NEXT = process.env.PYTHON_URL;
const MAX_HOPS = 32;

const traceOf = (headers) => /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}/.exec(headers.traceparent ?? "")?.[1];

function log(level, message, headers, more = {}) {
  const trace_id = headers && traceOf(headers);
  console.log(JSON.stringify({ time: new Date().toISOString(), level, msg: message, service: NAME, ...(trace_id && { trace_id }), ...more }));
}

// The trace goes on as it came: that is all that a service has to do to be seen in it.
function passedOn(headers) {
  const kept = {};
  for (const name of ["traceparent", "tracestate", "baggage"]) if (headers[name]) kept[name] = headers[name];
  return kept;
}

async function ring(request, hops) {
  if (hops === 0) return { path: [NAME] };
  if (!NEXT) return { path: [NAME], ended: "PYTHON_URL is not set" };
  try {
    const answer = await fetch(`${NEXT}/ring?hops=${hops - 1}`, { headers: passedOn(request.headers), signal: AbortSignal.timeout(10_000) });
    if (!answer.ok) throw new Error(`python answered ${answer.status}`);
    const rest = await answer.json();
    return { ...rest, path: [NAME, ...rest.path] };
  } catch (error) {
    log("ERROR", "calling python", request.headers, { error: String(error.cause ?? error) });
    return { path: [NAME], ended: "python does not answer" };
  }
}

function send(response, status, value) {
  response.writeHead(status, { "Content-Type": "application/json" });
  response.end(JSON.stringify(value) + "\n");
}

const server = http.createServer(async (request, response) => {
  const [path, query] = request.url.split("?", 2); // new URL throws at a path such as //, and what is thrown here ends the process
  if (path === "/healthz") return send(response, 200, { status: "ok" });
  const text = new URLSearchParams(query).get("hops") ?? "4";
  const hops = /^\d{1,2}$/.test(text) ? Number(text) : NaN;
  if (path !== "/ring") send(response, 404, { error: "there is only /ring" });
  else if (!(hops <= MAX_HOPS)) send(response, 400, { error: `hops is a number from 0 to ${MAX_HOPS}` });
  else send(response, 200, await ring(request, hops));
  log("INFO", `${request.method} ${path}`, request.headers, { status: response.statusCode });
});

server.listen(Number(process.env.PORT), process.env.HOST ?? "127.0.0.1", () => log("INFO", "listening", null, { port: server.address().port }));

for (const signal of ["SIGTERM", "SIGINT"]) {
  process.once(signal, () => {
    log("INFO", "stopping");
    server.close(() => process.exit(0)); // after the open requests
    server.closeIdleConnections();
  });
}
