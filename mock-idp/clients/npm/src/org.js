// The control API of one org.

/** An answer of the control API that is not 2xx. */
export class ControlError extends Error {
  /**
   * @param {number} status
   * @param {any} body
   * @param {string} operation
   */
  constructor(status, body, operation) {
    const expected = body?.expected === undefined ? "" : `; expected: ${JSON.stringify(body.expected)}`;
    super(`${operation}: ${status} ${body?.error ?? JSON.stringify(body)}${expected}`);
    this.name = "ControlError";
    this.status = status;
    this.body = body;
  }
}

/**
 * @typedef {object} Clock
 * @property {string} now RFC 3339.
 * @property {number} offset Seconds ahead of the real time.
 * @property {boolean} frozen
 * @property {number} [step] Seconds by which each request to Okta's paths moves it.
 */

/**
 * @typedef {object} Fault
 * @property {string} name For example `id_token.expired` or `http.status-503`.
 * @property {number} [times] How many times it occurs; without it, until it is removed.
 * @property {string} [client_id] Only tokens of this client.
 * @property {string} [path] Only paths with this prefix.
 * @property {number} [delay_ms] The delay of `http.slow`.
 * @property {string} [user] Only tokens of this user.
 * @property {string} [error] The error of `http.oauth-error` and `authorize.error`.
 * @property {string} [error_description]
 * @property {number} [probability] From 0 to 1.
 * @property {number} [seed] The same seed gives the same series.
 */

/**
 * @typedef {object} Login
 * @property {string} client Client id or label.
 * @property {string} [user] Login or id; none for a client without a user.
 * @property {string[]} [scopes]
 * @property {string} [server] `default`, `org`, or an authorization server's name or id.
 * @property {"authorization_code" | "implicit" | "password" | "client_credentials"} [grant]
 * @property {string} [nonce]
 * @property {string} [acr_values]
 * @property {boolean} [consent] `false`: the user has not allowed anything.
 */

/**
 * @typedef {object} NextToken
 * @property {string} [client] Only tokens for this client.
 * @property {string} [user] Only tokens of this user.
 * @property {number} [times] For how many answers. Default: 1.
 * @property {boolean} [always] Until it is removed.
 * @property {string[]} [tokens] The kinds of tokens: `access_token`, `id_token`, … Default: all.
 * @property {Record<string, unknown>} [claims] Claims that are set.
 * @property {string[]} [drop] Claims that are removed.
 * @property {number} [lifetime] Seconds.
 * @property {string} [error] An OAuth error in place of the tokens.
 * @property {string} [error_description]
 */

/**
 * @typedef {object} SandboxOptions
 * @property {string | object} [from] The name of an org, or an org document. Default: this org.
 * @property {string} [name] A host label. Default: a generated one.
 * @property {number} [lifetime] Seconds until it is removed by itself.
 * @property {number} [seed] Ids, codes, keys and clock come from this number, as with `--seed`. Default: the seed of the mock.
 */

/**
 * @typedef {object} Connection
 * @property {string} [controlToken] The `--control-token` of the mock.
 */

/** An org of a running mock. */
export class Org {
  /** @type {Connection} */
  #connection;

  /**
   * @param {string} url The base URL: http://localhost:7801, or that of a sandbox.
   * @param {string} issuer Its authorization server `default`.
   * @param {Connection} [connection]
   */
  constructor(url, issuer, connection = {}) {
    this.url = url;
    this.issuer = issuer;
    this.#connection = connection;
  }

  /**
   * An operation of the control API, https://localhost:7801/_mock lists them.
   * @param {"GET" | "POST" | "PUT" | "DELETE"} method
   * @param {string} path Below `/_mock`: `/clock`.
   * @param {unknown} [body]
   * @returns {Promise<any>}
   */
  async control(method, path, body) {
    /** @type {Record<string, string>} */
    const headers = method === "GET" ? {} : { "content-type": "application/json" };
    if (this.#connection.controlToken !== undefined) {
      headers.authorization = `Bearer ${this.#connection.controlToken}`;
    }
    const answer = await fetch(`${this.url}/_mock${path}`, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await answer.text();
    /** @type {any} */
    let parsed = text;
    try {
      parsed = text === "" ? undefined : JSON.parse(text);
    } catch {
      // An answer that is not JSON is returned as it is.
    }
    if (!answer.ok) {
      throw new ControlError(answer.status, parsed, `${method} /_mock${path}`);
    }
    return parsed;
  }

  /** Version, issuer and warnings. @returns {Promise<any>} */
  info() {
    return this.control("GET", "/info");
  }

  /**
   * The settings of an app that uses this org, as `mock-idp env` prints them: OKTA_ISSUER, OKTA_CLIENT_ID, …
   * @returns {Promise<Record<string, string>>}
   */
  env() {
    return this.control("GET", "/env");
  }

  /** The org's clock. */
  clock = {
    /** @returns {Promise<Clock>} */
    get: () => this.control("GET", "/clock"),
    /** @param {number} seconds @returns {Promise<Clock>} */
    advance: (seconds) => this.control("POST", "/clock", { advance: seconds }),
    /**
     * @param {string | Date} time
     * @param {{ freeze?: boolean }} [options]
     * @returns {Promise<Clock>}
     */
    set: (time, options = {}) =>
      this.control("POST", "/clock", { set: time instanceof Date ? time.toISOString() : time, ...options }),
    /** Stops the clock, or with `false` starts it again. @param {boolean} [frozen] @returns {Promise<Clock>} */
    freeze: (frozen = true) => this.control("POST", "/clock", { freeze: frozen }),
    /**
     * Each request to Okta's paths moves the clock by so many seconds; 0 ends it.
     * @param {number} seconds
     * @returns {Promise<Clock>}
     */
    step: (seconds) => this.control("POST", "/clock", { step: seconds }),
    /** @returns {Promise<Clock>} */
    reset: () => this.control("POST", "/clock", { reset: true }),
  };

  /** What the org makes wrong. */
  faults = {
    /** @param {Fault} fault @returns {Promise<any>} */
    add: (fault) => this.control("POST", "/faults", fault),
    /** @returns {Promise<any>} */
    list: () => this.control("GET", "/faults"),
    /** @returns {Promise<any>} */
    clear: () => this.control("DELETE", "/faults"),
  };

  /** The last requests, with the reasons of their answers. */
  journal = {
    /** @param {Record<string, string>} [filter] Parameters of the query. @returns {Promise<any>} */
    list: (filter = {}) => {
      const query = new URLSearchParams(filter).toString();
      return this.control("GET", `/requests${query ? `?${query}` : ""}`);
    },
    /**
     * Waits until requests match.
     * @param {Record<string, string>} filter Parameters of the query, with `count` and `timeout` in seconds.
     * @returns {Promise<any>}
     */
    wait: (filter) => this.control("GET", `/requests/wait?${new URLSearchParams(filter)}`),
    /** @param {string} id The value of `x-okta-request-id`. @returns {Promise<any>} */
    get: (id) => this.control("GET", `/requests/${encodeURIComponent(id)}`),
  };

  /** Other claims, or an error, in the next tokens. */
  nextTokens = {
    /** @param {NextToken} change @returns {Promise<any>} */
    add: (change) => this.control("POST", "/next-tokens", change),
    /** @returns {Promise<any>} */
    list: () => this.control("GET", "/next-tokens"),
    /** @returns {Promise<any>} */
    clear: () => this.control("DELETE", "/next-tokens"),
  };

  /**
   * The tokens of a complete sign-in. Policies apply: a refusal is a `ControlError` of status 403 with the reasons.
   * @param {Login} login
   * @returns {Promise<any>}
   */
  login(login) {
    return this.control("POST", "/login", login);
  }

  /**
   * A signed token with given claims; no policy is asked.
   * @param {Record<string, unknown>} token `kind`, `client`, `user`, `scopes`, `claims`, `drop`, `lifetime`, `faults`.
   * @returns {Promise<any>}
   */
  signToken(token) {
    return this.control("POST", "/tokens", token);
  }

  /**
   * These users sign in next, without a page.
   * @param {string[]} users
   * @param {{ client?: string }} [options]
   * @returns {Promise<any>}
   */
  signInNext(users, options = {}) {
    return this.control("POST", "/sign-ins", { users, ...options });
  }

  /**
   * Changes users, groups, memberships and assignments; all or none.
   * @param {{ users?: object[], groups?: object[], assignments?: object[] }} change
   * @returns {Promise<any>}
   */
  change(change) {
    return this.control("POST", "/directory", change);
  }

  /** Removes everything that sign-ins and tests have left behind. @returns {Promise<any>} */
  reset() {
    return this.control("POST", "/reset", {});
  }

  /**
   * Adds an org of its own for a test: users, keys, clock, faults and journal are not shared.
   * @param {SandboxOptions} [options]
   * @returns {Promise<Sandbox>}
   */
  async sandbox(options = {}) {
    const added = await this.control("POST", "/orgs", options);
    return new Sandbox(added.url, added.issuer, added.name, this, this.#connection);
  }
}

/** An org that was added at run time. */
export class Sandbox extends Org {
  #parent;

  /**
   * @param {string} url
   * @param {string} issuer
   * @param {string} name
   * @param {Org} parent
   * @param {Connection} [connection]
   */
  constructor(url, issuer, name, parent, connection) {
    super(url, issuer, connection);
    this.name = name;
    this.#parent = parent;
  }

  /** Removes the org with everything that it holds. */
  async remove() {
    await this.#parent.control("DELETE", `/orgs/${encodeURIComponent(this.name)}`);
  }
}
