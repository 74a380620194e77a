// What a Vitest configuration can provide to the fixtures.
import type { StartOptions } from "mock-idp";

declare module "vitest" {
  interface ProvidedContext {
    mockOptions: StartOptions;
  }
}
