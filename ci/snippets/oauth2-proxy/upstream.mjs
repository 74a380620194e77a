// The app behind the proxy: it greets the user whom the proxy names.
import { createServer } from "node:http";

createServer(({ headers }, answer) => answer.end(`Hello ${headers["x-forwarded-email"]}\n`)).listen(9000, "127.0.0.1");
