// Verifies what arrived with the reference library for JavaScript: file, secret, and whether it should be verified.
import { readFileSync } from "node:fs";
import { Webhook } from "standardwebhooks";

const [file, secret, expected] = process.argv.slice(2);
const { headers, body } = JSON.parse(readFileSync(file, "utf8"));
let verified = true;
try {
  new Webhook(secret).verify(body, headers);
} catch {
  verified = false;
}
if (verified !== (expected === "yes")) {
  console.error(`${file}: verified ${verified}, expected ${expected}`);
  process.exit(1);
}
