import assert from "node:assert/strict";
import { networkCause } from "./network_cause.ts";
import { retryAfterMs } from "./retry_after.ts";
import { sleep } from "../sleep.ts";

const URL = "https://ann:secret@hub.example/x?token=abc";

/** As Deno throws it. */
function fetchFailed(words: string, url = "https://hub.example/x"): Error {
  const cause = new Error(
    `error sending request for url (${url}): client error (Connect): ${words}`,
  );
  return new TypeError("fetch failed", { cause });
}

Deno.test("networkCause() says in words why there was no answer, and what to set", () => {
  const cases: readonly (readonly [Error, string, RegExp?])[] = [
    [
      fetchFailed("dns error: failed to lookup address information: Name or service not known"),
      "the name of hub.example is not resolved",
    ],
    [
      fetchFailed("tcp connect error: Connection refused (os error 111)"),
      "hub.example refuses the connection",
    ],
    [fetchFailed("tcp connect error: Network is unreachable"), "there is no way to hub.example"],
    [fetchFailed("proxy authentication required"), "the proxy wants a user name", /HTTPS_PROXY/],
    [fetchFailed("unsuccessful tunnel"), "the proxy lets nothing through to hub.example", /NO_PRO/],
    [
      fetchFailed("invalid peer certificate: UnknownIssuer"),
      "the certificate of hub.example is not trusted here",
      /DENO_CERT.*DENO_TLS_CA_STORE/,
    ],
    [fetchFailed("received corrupt message"), "hub.example does not speak TLS", /http:/],
    [new TypeError("error reading a body from connection"), "the connection broke off"],
    [
      fetchFailed("something\n new at http://a:b@h"),
      "client error (Connect): something new at http",
    ],
  ];
  for (const [error, expected, advice] of cases) {
    const found = networkCause(error, URL);
    assert.ok(found.cause.startsWith(expected), found.cause);
    assert.doesNotMatch(`${found.cause}${found.advice}`, /secret|abc|a:b|\n/);
    if (advice) assert.match(found.advice!, advice);
    else assert.equal(found.advice, undefined);
  }
});

Deno.test("networkCause() names the host that a request was sent on to", () => {
  const error = fetchFailed("dns error: unknown", "https://cdn.example/y");
  assert.equal(networkCause(error, URL).cause, "the name of cdn.example is not resolved");
});

Deno.test("networkCause() says that it may be the proxy where one is set", () => {
  const before = Deno.env.get("HTTPS_PROXY");
  Deno.env.set("HTTPS_PROXY", "http://ann:secret@proxy.example");
  try {
    const { cause } = networkCause(fetchFailed("Connection refused"), URL);
    assert.match(cause, /\(or the proxy that HTTPS_PROXY names\)$/);
    assert.doesNotMatch(cause, /secret/);
  } finally {
    if (before === undefined) Deno.env.delete("HTTPS_PROXY");
    else Deno.env.set("HTTPS_PROXY", before);
  }
});

Deno.test("retryAfterMs() reads seconds and dates, by the server's clock, and nothing else", () => {
  const date = "Tue, 01 Jan 2030 00:00:00 GMT";
  const cases: readonly (readonly [Record<string, string>, number | undefined])[] = [
    [{}, undefined],
    [{ "retry-after": "0" }, 0],
    [{ "retry-after": " 120 " }, 120_000],
    [{ "retry-after": "Tue, 01 Jan 2030 00:02:00 GMT", date }, 120_000],
    [{ "retry-after": "Mon, 31 Dec 2029 00:00:00 GMT", date }, 0],
    [{ "retry-after": "soon", date }, undefined],
  ];
  for (const [headers, ms] of cases) assert.equal(retryAfterMs(new Headers(headers)), ms);
  const soon = new Date(Date.now() + 90_000).toUTCString();
  const ms = retryAfterMs(new Headers({ "retry-after": soon }))!;
  assert.ok(ms > 80_000 && ms <= 90_000);
});

Deno.test("sleep() ends at once with the signal's reason, and leaves no timer", async () => {
  const stop = new AbortController();
  const sleeping = sleep(60_000, stop.signal);
  const reason = new Error("stopped");
  stop.abort(reason);
  await assert.rejects(sleeping, (error) => error === reason);
  await assert.rejects(sleep(1, stop.signal), (error) => error === reason);
  await sleep(1);
});
