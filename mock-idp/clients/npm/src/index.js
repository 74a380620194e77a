// Starts a mock and controls it.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { ControlError, Org } from "./org.js";
import { programPath } from "./program.js";

// Not `export … from`: the types of MockIdp would not import Org then.
export { ControlError, Org, programPath };

/**
 * @typedef {object} StartOptions
 * @property {string | string[]} [org] Files of org documents; without one, the built-in org.
 * @property {number} [port] Default: a free port.
 * @property {string[]} [args] More arguments of `mock-idp serve`.
 * @property {string} [controlToken] The token that the control API demands. Default: MOCK_IDP_CONTROL_TOKEN, else none.
 * @property {"inherit" | "ignore"} [log] Where the request log goes. Default: "ignore".
 * @property {number} [timeout] Milliseconds until the start has failed. Default: 30,000.
 */

/** A running mock: its first org, and sandboxes. */
export class MockIdp extends Org {
  /** @type {import("node:child_process").ChildProcess} */
  #child;

  /**
   * @param {string} url
   * @param {string} issuer
   * @param {import("node:child_process").ChildProcess} child
   * @param {import("./org.js").Connection} connection
   */
  constructor(url, issuer, child, connection) {
    super(url, issuer, connection);
    this.#child = child;
  }

  /**
   * Starts a mock as a child process. It ends with this process at the latest.
   * @param {StartOptions} [options]
   * @returns {Promise<MockIdp>}
   */
  static async start(options = {}) {
    const orgArguments = [options.org ?? []].flat().flatMap((file) => ["--org", file]);
    const controlToken = options.controlToken ?? process.env.MOCK_IDP_CONTROL_TOKEN;
    const log = options.log ?? "ignore";
    const child = spawn(
      programPath(),
      ["serve", "--port", String(options.port ?? 0), ...orgArguments, ...(options.args ?? [])],
      {
        stdio: ["ignore", "pipe", log === "inherit" ? "inherit" : "pipe"],
        // Not an argument, which every user of the machine can read.
        env: controlToken === undefined ? process.env : { ...process.env, MOCK_IDP_CONTROL_TOKEN: controlToken },
      },
    );
    endTogether(child);
    const issuer = await ready(child, options.timeout ?? 30_000);
    child.stdout?.resume();
    child.stderr?.resume();
    for (const handle of [child, child.stdout, child.stderr]) {
      // Does not keep this process alive. Node's types do not list unref of the streams of a child.
      /** @type {{ unref?: () => void } | null} */ (handle)?.unref?.();
    }
    return new MockIdp(new URL(issuer).origin, issuer, child, { controlToken });
  }

  /** Stops the mock and waits until it has ended. */
  async stop() {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) {
      return;
    }
    const ended = new Promise((resolve) => this.#child.once("exit", resolve));
    // Otherwise this process could end before the mock has.
    this.#child.ref();
    this.#child.kill("SIGTERM");
    await ended;
  }

  /** Stops the mock at the end of a block: `await using mock = await MockIdp.start()`. */
  async [Symbol.asyncDispose ?? Symbol.for("Symbol.asyncDispose")]() {
    await this.stop();
  }
}

/**
 * The child ends with this process, also if a signal ends it: so does Vitest end its workers.
 * @param {import("node:child_process").ChildProcess} child
 */
function endTogether(child) {
  const kill = () => void child.kill();
  /** @param {NodeJS.Signals} signal */
  const killed = (signal) => {
    kill();
    stopListening();
    // With a listener the signal ends no process by itself.
    if (process.listenerCount(signal) === 0) {
      process.kill(process.pid, signal);
    }
  };
  const signals = /** @type {const} */ (["SIGTERM", "SIGINT", "SIGHUP"]);
  const stopListening = () => {
    process.off("exit", kill);
    for (const signal of signals) {
      process.off(signal, killed);
    }
  };
  process.on("exit", kill);
  for (const signal of signals) {
    process.on(signal, killed);
  }
  child.once("exit", stopListening);
}

/**
 * Waits for the line `READY issuer=…`.
 * @param {import("node:child_process").ChildProcess} child
 * @param {number} timeout
 * @returns {Promise<string>}
 */
function ready(child, timeout) {
  return new Promise((resolve, reject) => {
    let errors = "";
    /** @param {string} reason */
    const fail = (reason) => {
      clearTimeout(timer);
      child.kill();
      reject(new Error(`mock-idp did not start: ${reason}\n${errors}`.trim()));
    };
    const timer = setTimeout(() => fail(`not ready after ${timeout} ms`), timeout);
    child.stderr?.setEncoding("utf8").on("data", (text) => {
      // Enough for every message about a wrong org document.
      errors = (errors + text).slice(-65_536);
    });
    child.once("error", (error) => fail(error.message));
    // Its output is complete at "close", not at "exit".
    child.once("close", (code, signal) => fail(`it ended with ${signal ?? `exit code ${code}`}`));
    if (child.stdout) {
      createInterface({ input: child.stdout }).on("line", (line) => {
        const issuer = /^READY issuer=(\S+)/.exec(line)?.[1];
        if (issuer) {
          clearTimeout(timer);
          resolve(issuer);
        }
      });
    }
  });
}
