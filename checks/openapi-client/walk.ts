// A portal's way through the service, with nothing but the types of the document.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import createClient from "openapi-fetch";
import type { components, paths } from "./api.js";

type Seminar = components["schemas"]["Seminar"];
type NewRegistration = components["schemas"]["NewRegistration"];

const password = process.env.EINLASS_DEMO_PASSWORD ?? "";
const api = createClient<paths>({ baseUrl: process.argv[2] });

/** The first channel somebody can register for now. */
function freeChannel(seminar: Seminar) {
  const now = Date.now();
  const { registration_opens_at: opens, registration_closes_at: closes } = seminar;
  if (opens !== null && Date.parse(opens) > now) return undefined;
  if (closes !== null && Date.parse(closes) <= now) return undefined;
  return seminar.channels.find((one) => one.free_seats !== null && one.free_seats > 0)?.channel;
}

const today = new Date().toISOString().slice(0, 10);
const listed = await api.GET("/api/v1/seminars", {
  params: { query: { status: "scheduled", free_seats: true, from: today, limit: 100 } },
});
assert(listed.data, listed.error?.title);
const seminar = listed.data.data.find(freeChannel);
assert(seminar, "no seminar is free");
const channel = freeChannel(seminar);
assert(channel);

const email = `typescript.${randomUUID()}@example.org`;
const body: NewRegistration = { channel, given_name: "Tilda", family_name: "Typ", email };
const params = { path: { seminar: seminar.id }, header: { "Idempotency-Key": randomUUID() } };
const register = () => api.POST("/api/v1/seminars/{seminar}/registrations", { params, body });
const first = await register();
assert(first.data, first.error?.title);
assert.equal(first.data.state, "pending");
const again = await register();
assert.deepEqual(again.data, first.data);
assert.equal(again.response.headers.get("Idempotency-Replayed"), "true");

const credentials = { email: "organiser@staedteregion.example", password };
const refused = await api.POST("/api/v1/auth/login", { body: { ...credentials, password: "falsch" } });
assert.equal(refused.error?.code, "invalid-credentials");
const login = await api.POST("/api/v1/auth/login", { body: credentials });
assert(login.data, login.error?.title);

const registrations = await api.GET("/api/v1/seminars/{seminar}/registrations", {
  params: { path: { seminar: seminar.id }, query: { q: email } },
  headers: { Authorization: `Bearer ${login.data.access_token}` },
});
assert(registrations.data, registrations.error?.title);
assert.deepEqual(registrations.data.data.map((one) => [one.id, one.email]), [[first.data.id, email]]);
console.log(`TypeScript: ${seminar.title} (${channel}): registered once, found by the organiser`);
