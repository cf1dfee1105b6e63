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

/** Reads on from `cursor` until nothing more comes. */
async function follow(as: ReturnType<typeof client>, cursor?: string) {
  const told: components["schemas"]["Change"][] = [];
  for (;;) {
    const query = cursor === undefined ? { limit: 500 } : { limit: 500, cursor };
    const page = good(await as.GET("/api/v1/changes", { params: { query } }));
    told.push(...page.changes);
    cursor = page.next_cursor;
    if (!page.has_more) return { told, cursor };
  }
}

/** A partner says who it is, keeps a seminar under its own id, and hears of it in the feed. */
async function partner() {
  const { EINLASS_CLIENT_ID: client_id = "", EINLASS_CLIENT_SECRET: client_secret = "" } = process.env;
  const token = await anybody.POST("/api/v1/oauth/token", {
    body: { grant_type: "client_credentials", client_id, client_secret, scope: "seminars:read seminars:write" },
    bodySerializer: (form) => new URLSearchParams(form as Record<string, string>),
    headers: { "Content-Type": "application/x-www-form-urlencoded" },
  });
  assert(token.data, "no token");
  const own = client(token.data.access_token);
  const { cursor } = await follow(own);

  const path = { organisation: "spielwiese", external_id: randomUUID() };
  const params = { path, query: { system: "typescript" } };
  const session = { starts_at: "2030-05-07T18:00:00+02:00", ends_at: "2030-05-07T20:00:00+02:00" };
  const event = { title: "Von TypeScript", kind: "talk" as const, sessions: [session], channels: [{ channel: "online" as const }] };
  const push = (more: object = {}) =>
    own.PUT("/api/v1/organisations/{organisation}/seminars/{external_id}", { params, body: { ...event, ...more } });
  const made = await push();
  assert.equal(made.response.status, 201);
  assert.equal((await push()).response.status, 200);
  const { id } = good(made);
  assert.equal(good(await push({ status: "cancelled", reason_code: "speaker" })).status, "cancelled");

  const { told } = await follow(own, cursor);
  const heard = told.filter((one) => one.object === id);
  assert.equal(heard.at(-1)?.type, "seminar.cancelled");
  assert.equal(heard.at(-1)?.seminar?.status, "cancelled");
  const beyond = await own.GET("/api/v1/seminars/{seminar}/registrations", { params: { path: { seminar: id } } });
  assert.equal(beyond.error?.code, "insufficient-scope");
  return `${id} pushed, pushed again, cancelled; heard of ${heard.length} changes`;
}

for (const walk of [portal, partner]) console.log(`TypeScript, ${walk.name}: ${await walk()}`);
