// The one-time passwords of the market's user mfa@example.test. RFC 6238.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";

const STEP = 30;
const KEY = Buffer.from("48656c6c6f21deadbeef", "hex"); // JBSWY3DPEHPK3PXP

/** A code that has not been used, because the clock of the org has moved by half a minute. */
export async function nextCode() {
  const answer = await fetch(`${process.env.ORG}/_mock/clock`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ advance: STEP }),
  });
  assert.equal(answer.status, 200);
  const { now } = await answer.json();
  const counter = Buffer.alloc(8);
  counter.writeBigInt64BE(BigInt(Math.floor(Date.parse(now) / 1000 / STEP)));
  const digest = createHmac("sha1", KEY).update(counter).digest();
  const offset = digest[19] & 15;
  return String((digest.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}
