// Ways through the service, with nothing but the types of the document. A walk is a function that says what it did.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import createClient from "openapi-fetch";
import type { components, paths } from "./api.js";

type Problem = components["schemas"]["Problem"];
type Seminar = components["schemas"]["Seminar"];
type NewRegistration = components["schemas"]["NewRegistration"];

const baseUrl = process.argv[2];
const password = process.env.EINLASS_DEMO_PASSWORD ?? "";
const organiser = "organiser@staedteregion.example";

/** Speaks for whoever the token was given to, without one for anybody. */
const client = (token?: string) =>
  createClient<paths>({ baseUrl, headers: token === undefined ? {} : { Authorization: `Bearer ${token}` } });
const anybody = client();

/** The answer, where it is no problem. */
function good<T>(answer: { data?: T; error?: Problem }): T {
  assert(answer.data !== undefined, answer.error?.title);
  return answer.data;
}

async function login(email: string) {
  const tokens = good(await anybody.POST("/api/v1/auth/login", { body: { email, password } }));
  return client(tokens.access_token);
}

/** The first channel somebody can register for now. */
function freeChannel(seminar: Seminar) {
  const now = Date.now();
  const { registration_opens_at: opens, registration_closes_at: closes } = seminar;
  if (opens !== null && Date.parse(opens) > now) return undefined;
  if (closes !== null && Date.parse(closes) <= now) return undefined;
  return seminar.channels.find((one) => one.free_seats !== null && one.free_seats > 0)?.channel;
}

/** A portal registers somebody, and the organiser finds the person. */
async function portal() {
  const query = { status: "scheduled", free_seats: true, from: new Date().toISOString().slice(0, 10), limit: 100 } as const;
  const page = good(await anybody.GET("/api/v1/seminars", { params: { query } }));
  const seminar = page.data.find(freeChannel);
  assert(seminar, "no seminar is free");
  const channel = freeChannel(seminar);
  assert(channel);

  const email = `typescript.${randomUUID()}@example.org`;
  const body: NewRegistration = { channel, given_name: "Tilda", family_name: "Typ", email };
  const params = { path: { seminar: seminar.id }, header: { "Idempotency-Key": randomUUID() } };
  const register = () => anybody.POST("/api/v1/seminars/{seminar}/registrations", { params, body });
  const receipt = good(await register());
  assert.equal(receipt.state, "pending");
  const again = await register();
  assert.deepEqual(good(again), receipt);
  assert.equal(again.response.headers.get("Idempotency-Replayed"), "true");

  const refused = await anybody.POST("/api/v1/auth/login", { body: { email: organiser, password: "falsch" } });
  assert.equal(refused.error?.code, "invalid-credentials");
  const member = await login(organiser);
  const path = { seminar: seminar.id };
  const found = good(await member.GET("/api/v1/seminars/{seminar}/registrations", { params: { path, query: { q: email } } }));
  assert.deepEqual(found.data.map((one) => [one.id, one.email]), [[receipt.id, email]]);
  return `${seminar.title} (${channel}): registered once, found by the organiser`;
}

for (const walk of [portal]) console.log(`TypeScript, ${walk.name}: ${await walk()}`);
