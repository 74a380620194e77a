#!/usr/bin/env node
// Runs the program of this platform with the same arguments.
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { programPath } from "../src/program.js";

let program;
try {
  program = programPath();
} catch (error) {
  console.error(`mock-idp: ${error instanceof Error ? error.message : error}`);
  process.exit(5);
}
const child = spawn(program, process.argv.slice(2), { stdio: "inherit" });
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => child.kill(signal));
}
child.on("error", (error) => {
  console.error(`mock-idp: ${error.message}`);
  process.exit(5);
});
child.on("exit", (code, signal) => {
  process.exit(signal === null ? (code ?? 1) : 128 + constants.signals[signal]);
});
