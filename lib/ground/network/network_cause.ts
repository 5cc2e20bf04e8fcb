import { redactUrls } from "./redact_urls.ts";

/** Why a server could not be reached, in words, and what a person can do about it. */
export interface NetworkCause {
  /** Why, such as "the name of hub.example is not resolved". */
  readonly cause: string;
  /** What to set or to check; nothing where {@linkcode CHECK_NETWORK} is all there is to say. */
  readonly advice?: string;
}

/** What to do where nothing more is known. */
export const CHECK_NETWORK = "check the network; behind a proxy set HTTPS_PROXY";

/** What the system and Deno say, and what it means; `HOST` stands for who was asked. */
const CAUSES: readonly (readonly [RegExp, string, string?])[] = [
  [
    /proxy authentication required/i,
    "the proxy wants a user name and a password",
    "put them into HTTPS_PROXY: http://user:password@host:port",
  ],
  [/cannot connect to proxy/i, "the proxy cannot be reached", "check HTTPS_PROXY"],
  [
    /unsuccessful tunnel|proxy/i,
    "the proxy lets nothing through to HOST",
    "check HTTPS_PROXY and NO_PROXY",
  ],
  [
    /dns error|failed to lookup|name or service not known|name resolution|nodename nor servname/i,
    "the name of HOST is not resolved",
  ],
  [
    /certificate|unknownissuer/i,
    "the certificate of HOST is not trusted here",
    "set DENO_CERT to the file of your organisation's certificate, or DENO_TLS_CA_STORE=system",
  ],
  [
    /corrupt message|invalidcontenttype|handshake/i,
    "HOST does not speak TLS",
    "check whether the address begins with http:// there",
  ],
  [
    /invalid http version|message head is too large|invalid http/i,
    "HOST does not speak HTTP",
    "check the address and its port",
  ],
  [/connection refused|econnrefused/i, "HOST refuses the connection"],
  [/unreachable|no route to host/i, "there is no way to HOST"],
  [/timed out|timeout/i, "HOST does not answer in time"],
  [/ports? \d+ (?:is|are) blocked/i, "its port is one that no request may go to", "check the port"],
  [
    /connection closed|closed before|connection reset|broken pipe|reading a body|end of file|eof/i,
    "the connection broke off",
  ],
];

/** What Deno writes before the system's own words: the address, maybe one that it was sent on to. */
const PREAMBLE = /error sending request (?:from \S+ )?for (?:url \()?([^\s()]+)\)?(?: \(\S+\))?: /;

/**
 * Says why a request got no answer: a name that is not resolved, a refused connection, a proxy, a
 * certificate; and what to set.
 *
 * @param error What `fetch`, or reading its body, threw.
 * @param url The address that was asked for, or a name for who was asked.
 * @returns Both parts on one line each, without user names, passwords and keys.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const error = new TypeError("fetch failed", { cause: new Error("dns error: unknown") });
 * const { cause } = networkCause(error, "https://ann:secret@hub.example/x");
 * assert.equal(cause, "the name of hub.example is not resolved");
 * ```
 */
export function networkCause(error: unknown, url: string): NetworkCause {
  const words = wordsOf(error);
  const host = URL.parse(PREAMBLE.exec(words)?.[1] ?? url)?.host ?? url;
  const text = words.replace(PREAMBLE, "");
  const known = CAUSES.find(([pattern]) => pattern.test(text));
  if (known === undefined) return { cause: redactUrls(text) };
  const [, cause, advice] = known;
  const proxy = proxyVariable(url);
  return {
    // through a proxy, nothing tells its faults from those of the host behind it
    cause: cause.replace("HOST", host) +
      (proxy ? ` (or the proxy that ${proxy} names)` : ""),
    ...(advice === undefined ? {} : { advice }),
  };
}

/** The words of an error and of what caused it, the most telling ones, on one line. */
function wordsOf(error: unknown): string {
  const words: string[] = [];
  for (let at = error; at instanceof Error && words.length < 4; at = at.cause) {
    words.push(at.message.replace(/\s+/g, " ").trim());
  }
  const telling = words.filter((text) => text !== "" && text !== "fetch failed");
  return telling.join(": ") || words[0] || String(error);
}

/** The variable that names the proxy for an address. */
function proxyVariable(url: string): string | undefined {
  const name = url.startsWith("http:") ? "HTTP_PROXY" : "HTTPS_PROXY";
  return [name, name.toLowerCase(), "ALL_PROXY", "all_proxy"]
    .find((variable) => Deno.env.get(variable));
}
