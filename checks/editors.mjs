// A client of a language server: opens a file as an editor does, and prints what the server says.
//
//     node checks/editors.mjs FILE LINE:COLUMN [SCHEMA] -- SERVER…
//
// One line for each diagnostic, "diagnostic LINE:COLUMN MESSAGE", and one for each completion at
// the place, "completion LABEL". Lines and columns start at 1. SCHEMA goes to the server as the
// setting json.schemas. The process ends with 1 if the server does not answer in time.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const split = process.argv.indexOf("--");
const [file, place, schema] = process.argv.slice(2, split);
const [program, ...args] = process.argv.slice(split + 1);
const [line, column] = place.split(":").map((n) => Number(n) - 1);
const url = (path) => pathToFileURL(resolve(path)).href;
const uri = url(file);

const fail = (why) => {
  console.error(`checks/editors.mjs: ${basename(program)}: ${why}`);
  server.kill();
  process.exit(1);
};
const server = spawn(program, args, { stdio: ["pipe", "pipe", "ignore"] });
server.on("error", (err) => fail(err.message));
server.on("exit", (code) => fail(`exited with ${code}`));
setTimeout(() => fail("no answer within 240 seconds"), 240_000);

const answers = new Map();
let diagnosed;
const diagnostics = new Promise((done) => (diagnosed = done));

const send = (message) => {
  const body = JSON.stringify({ jsonrpc: "2.0", ...message });
  server.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
};
const notify = (method, params) => send({ method, params });
const request = (method, params) =>
  new Promise((done) => {
    const id = answers.size + 1;
    answers.set(id, done);
    send({ id, method, params });
  });

const receive = (message) => {
  if (message.method === "textDocument/publishDiagnostics" && message.params.uri === uri)
    diagnosed(message.params.diagnostics);
  else if (message.method && message.id !== undefined)
    send({ id: message.id, result: message.params?.items?.map(() => null) ?? null });
  else if (message.error) fail(message.error.message);
  else if (!message.method) answers.get(message.id)(message.result);
};

let pending = Buffer.alloc(0);
server.stdout.on("data", (data) => {
  pending = Buffer.concat([pending, data]);
  for (;;) {
    const head = pending.indexOf("\r\n\r\n");
    if (head < 0) return;
    const end = head + 4 + Number(/content-length: *(\d+)/i.exec(pending.toString("latin1", 0, head))[1]);
    if (pending.length < end) return;
    const body = pending.toString("utf8", head + 4, end);
    pending = pending.subarray(end);
    receive(JSON.parse(body));
  }
});

await request("initialize", {
  processId: process.pid,
  rootUri: url(dirname(file)),
  workspaceFolders: [{ uri: url(dirname(file)), name: "workspace" }],
  capabilities: { textDocument: { publishDiagnostics: {}, completion: {} } },
});
notify("initialized", {});
if (schema) {
  const schemas = [{ fileMatch: [`/${basename(file)}`], url: url(schema) }];
  notify("workspace/didChangeConfiguration", { settings: { json: { validate: { enable: true }, schemas } } });
}
const languageId = file.slice(file.lastIndexOf(".") + 1);
notify("textDocument/didOpen", { textDocument: { uri, languageId, version: 1, text: readFileSync(file, "utf8") } });
for (const { range, message } of await diagnostics)
  console.log(`diagnostic ${range.start.line + 1}:${range.start.character + 1} ${message}`);
const found = await request("textDocument/completion", { textDocument: { uri }, position: { line, character: column } });
for (const { label } of found?.items ?? found ?? []) console.log(`completion ${label}`);
server.kill();
process.exit(0);
