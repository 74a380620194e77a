// Where the program is.
import { existsSync } from "node:fs";
import { createRequire } from "node:module";

/**
 * The path of the program: `MOCK_IDP_BINARY`, else the one of the package for this platform.
 * @returns {string}
 */
export function programPath() {
  const configured = process.env.MOCK_IDP_BINARY;
  if (configured) {
    if (!existsSync(configured)) {
      throw new Error(`MOCK_IDP_BINARY is ${configured}, which does not exist`);
    }
    return configured;
  }
  const platform = `mock-idp-${process.platform}-${process.arch}`;
  try {
    return createRequire(import.meta.url).resolve(`${platform}/bin/mock-idp`);
  } catch {
    throw new Error(
      `the package ${platform} is not installed; install it with optional dependencies, ` +
        "or set MOCK_IDP_BINARY to the path of the program",
    );
  }
}
