// A server and a client of the npm package ws, and cases after the chapters of the Autobahn test suite, which no registry here has:
// framing, pings, fragments, UTF-8, closing, limits and compression. `node websocket.js server` echoes at $PORT; `node websocket.js
// client URL` runs the cases through whatever lies between.
const path = require("node:path");
const crypto = require("node:crypto");
const { WebSocket, WebSocketServer } = require(path.join(process.env.SUITES, "node_modules", "ws"));

if (process.argv[2] === "server") {
  const server = new WebSocketServer({ port: Number(process.env.PORT), host: "127.0.0.1", maxPayload: 64 << 20, perMessageDeflate: { threshold: 0 } });
  server.on("connection", (socket, request) => {
    if (request.url.endsWith("/close")) return socket.close(4321, "enough");
    if (request.url.endsWith("/cut")) return socket.terminate();
    socket.on("message", (data, binary) => socket.send(data, { binary }));
    socket.on("error", () => {}); // the client is told by the close code
  });
} else {
  client(process.argv[3]);
}

function open(url, options) {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, { perMessageDeflate: false, ...options });
    socket.once("open", () => resolve(socket));
    socket.once("error", reject);
    socket.once("unexpected-response", (_, answer) => reject(new Error(`status ${answer.statusCode}`)));
  });
}

function next(socket, event) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no ${event} came`)), 20_000);
    socket.once(event, (...values) => (clearTimeout(timer), resolve(values)));
  });
}

async function echoed(url, send, want, options) {
  const socket = await open(url, options);
  const came = next(socket, "message");
  send(socket);
  const [data, binary] = await came;
  if (!Buffer.from(want).equals(data) || binary !== Buffer.isBuffer(want)) throw new Error(`${data.length} bytes came back, binary ${binary}`);
  const closed = next(socket, "close");
  socket.close(1000);
  const [code] = await closed;
  if (code !== 1000) throw new Error(`closed with ${code}`);
}

// raw frames: ws masks and sends them as they are.
const frame = (socket, opcode, fin, payload) => socket._sender.sendFrame(
  socket._sender.constructor.frame(Buffer.from(payload), { fin, opcode, mask: true, readOnly: false, rsv1: false, generateMask: undefined, maskBuffer: Buffer.alloc(4) }));

async function client(url) {
  const cases = [];
  const add = (name, run) => cases.push({ name, run });
  for (const size of [0, 1, 125, 126, 127, 128, 65535, 65536, 65537, 1 << 20]) {
    const text = "x".repeat(size), bytes = crypto.randomBytes(size);
    add(`1 text of ${size}`, () => echoed(url, (s) => s.send(text), text));
    add(`1 binary of ${size}`, () => echoed(url, (s) => s.send(bytes), bytes));
    add(`12 compressed text of ${size}`, () => echoed(url, (s) => s.send(text), text, { perMessageDeflate: { threshold: 0 } }));
  }
  for (const size of [0, 1, 125]) {
    add(`2 ping of ${size}`, async () => {
      const socket = await open(url), payload = crypto.randomBytes(size), pong = next(socket, "pong");
      socket.ping(payload);
      const [data] = await pong;
      socket.terminate();
      if (!payload.equals(data)) throw new Error("another payload came back");
    });
  }
  add("2 a hundred pings", async () => {
    const socket = await open(url);
    let pongs = 0;
    socket.on("pong", () => pongs++);
    for (let i = 0; i < 100; i++) socket.ping(String(i));
    socket.send("after");
    await next(socket, "message");
    socket.terminate();
    if (pongs !== 100) throw new Error(`${pongs} pongs`);
  });
  for (const reserved of [3, 4, 5, 6, 7, 11, 12]) {
    add(`4 opcode ${reserved} is refused`, async () => {
      const socket = await open(url), closed = next(socket, "close");
      frame(socket, reserved, true, "x");
      const [code] = await closed;
      if (code !== 1002) throw new Error(`closed with ${code}`);
    });
  }
  for (const parts of [2, 3, 10, 100]) {
    add(`5 text in ${parts} fragments`, () => echoed(url, (s) => {
      for (let i = 0; i < parts; i++) s.send("part", { fin: i === parts - 1 });
    }, "part".repeat(parts)));
  }
  add("5 a ping between fragments", () => echoed(url, (s) => { s.send("a", { fin: false }); s.ping("between"); s.send("b", { fin: true }); }, "ab"));
  for (const [name, text] of [["Greek", "Hello-µ@ßöäüàá-UTF-8!!"], ["four octets", "𝄞𐍈😀".repeat(1000)], ["zero", "a\0b"]]) {
    add(`6 ${name}`, () => echoed(url, (s) => s.send(text), text));
  }
  for (const bad of [[0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xff]]) {
    add(`6 malformed ${Buffer.from(bad).toString("hex")} is refused`, async () => {
      const socket = await open(url), closed = next(socket, "close");
      frame(socket, 1, true, Buffer.from(bad));
      const [code] = await closed;
      if (code !== 1007) throw new Error(`closed with ${code}`);
    });
  }
  for (const code of [1000, 1001, 1003, 1007, 1011, 3000, 4999]) {
    add(`7 close with ${code}`, async () => {
      const socket = await open(url), closed = next(socket, "close");
      socket.close(code, "because");
      const [echo] = await closed;
      if (echo !== code) throw new Error(`closed with ${echo}`);
    });
  }
  add("7 the server closes", async () => {
    const socket = new WebSocket(`${url}/close`), [code, reason] = await next(socket, "close");
    if (code !== 4321 || String(reason) !== "enough") throw new Error(`closed with ${code} ${reason}`);
  });
  add("7 the server cuts", async () => {
    const socket = new WebSocket(`${url}/cut`), [code] = await next(socket, "close");
    if (code !== 1006) throw new Error(`closed with ${code}`);
  });
  for (const size of [4 << 20, 16 << 20]) {
    const bytes = crypto.randomBytes(size);
    add(`9 binary of ${size}`, () => echoed(url, (s) => s.send(bytes), bytes));
  }
  add("9 a thousand messages in a row", async () => {
    const socket = await open(url), came = [];
    socket.on("message", (data) => (came.push(String(data)), came.length === 1000 && socket.close(1000)));
    for (let i = 0; i < 1000; i++) socket.send(String(i));
    await next(socket, "close");
    const wrong = came.findIndex((data, i) => data !== String(i));
    if (came.length !== 1000 || wrong >= 0) throw new Error(`${came.length} came back, of which ${wrong} is wrong`);
  });
  add("10 two hundred at once", () => Promise.all(Array.from({ length: 200 }, (_, i) => echoed(url, (s) => s.send(String(i)), String(i)))));

  let passed = 0;
  for (const one of cases) {
    try {
      await one.run();
      passed++;
    } catch (error) {
      console.log(`FAILED: ${one.name}: ${error.message}`);
    }
  }
  console.log(`${passed} passed of ${cases.length}`);
  process.exit(passed === cases.length ? 0 : 1);
}
