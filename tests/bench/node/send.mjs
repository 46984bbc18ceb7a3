// node's web-push as well as it can be used: one keep-alive agent, many messages in flight. It reads
// one JSON line with the readers and the key, then sends to all of them at each further line.

import https from "node:https";
import readline from "node:readline";
import webpush from "web-push";

const IN_FLIGHT = 100;

const lines = readline.createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const { readers, message, vapidDetails, ca } = JSON.parse((await lines.next()).value);
const agent = new https.Agent({ keepAlive: true, maxSockets: IN_FLIGHT, ca });

for await (const _line of lines) {
  const waiting = readers.values();
  const sendAll = async () => {
    for (const reader of waiting) await webpush.sendNotification(reader, message, { vapidDetails, agent, TTL: 14400 });
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, sendAll));
  console.log("sent");
}
