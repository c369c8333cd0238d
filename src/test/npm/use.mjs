/** Sends and receives with the package in this version of Node: node use.mjs SERVER [ws] */

import { ImClient } from "imserver-client";

const [server, ws] = process.argv.slice(2);
const WebSocket = ws === undefined ? undefined : (await import("ws")).default;
const client = new ImClient({ server, credential: "1", WebSocket });
const received = new Promise((resolve) => client.addEventListener("message", ({ detail }) => resolve(detail.content)));
client.connect();
const { messageId } = await client.send("2", "hello");
console.log(`stored as ${messageId}, received: ${await received}`);
client.close();
