// better-auth over SQLite, with readers who are signed in: node server.mjs PORT FOLDER READERS SESSIONS
//
// The database and the readers' signed cookies are left in the folder. Each session was started by better-auth's own
// sign-up or sign-in.

import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import { toNodeHandler } from "better-auth/node";
import Database from "better-sqlite3";

const [port, folder, readers, sessions] = process.argv.slice(2);

const database = new Database(`${folder}/better-auth.db`);
database.pragma("journal_mode = WAL");

const auth = betterAuth({
  baseURL: `http://127.0.0.1:${port}`,
  secret: randomBytes(32).toString("base64url"),
  database,
  emailAndPassword: {
    enabled: true,
    password: { hash: async () => "not measured", verify: async () => true },
  },
  session: { cookieCache: { enabled: false } }, // each check asks the database, as ours does
  rateLimit: { enabled: false }, // it would refuse whoever asks as fast as this
  telemetry: { enabled: false },
});

await (await getMigrations(auth.options)).runMigrations();
const cookies = [];
for (let session = 0; session < sessions; session++) cookies.push(await signedIn(session));
writeFileSync(`${folder}/cookies`, cookies.join("\n"));
createServer(toNodeHandler(auth)).listen(port, "127.0.0.1");

// The cookie of a new session; the first of each reader comes with the account.
async function signedIn(session) {
  const name = `Reader ${session % readers}`;
  const body = { email: `reader-${session % readers}@bench.example`, password: "not measured", name };
  const answer = session < readers ? auth.api.signUpEmail : auth.api.signInEmail;
  const { headers } = await answer({ body, returnHeaders: true });
  return headers.getSetCookie()[0].split(";")[0];
}
