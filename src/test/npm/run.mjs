/**
 * Uses the package as others do, from its tarball: a TypeScript project, Vite, Node with the package ws, and Node 22 without.
 * Called with the tarball and a folder to work in. What it needs beside it, in package.json, comes from npm; where that cannot
 * be reached, it says so, and nothing is tested.
 */

import { spawn, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [tarball, folder] = process.argv.slice(2).map((path) => resolve(path));
const own = import.meta.dirname;

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
for (const file of readdirSync(own)) if (file !== "run.mjs") cpSync(join(own, file), join(folder, file));
cpSync(join(own, "../node/fake-server.mjs"), join(folder, "fake-server.mjs"));

if (spawnSync("npm", ["ping"], { cwd: folder, timeout: 30_000 }).status !== 0) {
  console.log("NPM PACKAGE NOT TESTED FROM ITS TARBALL: npm does not reach its registry.");
  process.exit(0);
}
must("npm install", "npm", ["install", "--no-audit", "--no-fund", "--loglevel=error", tarball]);

must("the types in a strict project", process.execPath, [
  "node_modules/typescript/lib/tsc.js",
  "--project",
  "tsconfig.json",
]);

must("Vite", process.execPath, ["node_modules/vite/bin/vite.js", "build", "--logLevel", "warn"]);
const scripts = readdirSync(join(folder, "dist/assets")).map((name) =>
  readFileSync(join(folder, "dist/assets", name), "utf8"),
);
if (!scripts.some((text) => text.includes("imserver.v2"))) fail("Vite", "the library is not in what it made");

const { FakeServer } = await import(pathToFileURL(join(folder, "fake-server.mjs")).href);
const server = await new FakeServer().start();
server.add("2", "1", "for you");
try {
  await mustSend(`Node ${process.version} with ws`, process.execPath, [server.address, "ws"]);
  await mustSend("Node 22 without", join(folder, "node_modules/node/bin/node"), [server.address]);
} finally {
  await server.stop();
}
console.log("The npm package was used from its tarball: TypeScript, Vite, Node with ws, Node 22.");

function must(what, command, args) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: folder, encoding: "utf8", timeout: 240_000 });
  if (status !== 0) fail(what, `${stdout}\n${stderr}`);
}

/** The server is in this process, which must not wait. */
async function mustSend(what, command, args) {
  const child = spawn(command, ["use.mjs", ...args], { cwd: folder, timeout: 60_000 });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (part) => (output += part));
  const status = await new Promise((done) => child.on("close", done).on("error", (error) => done(error)));
  if (status !== 0 || !/^stored as \d+, received: for you$/m.test(output)) fail(what, `${status} ${output}`);
}

function fail(what, output) {
  console.error(`${what} failed:\n${output}`);
  process.exit(1);
}
