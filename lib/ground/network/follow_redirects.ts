import { redactUrls } from "./redact_urls.ts";
import { UsageError } from "../usage_error.ts";

/** Options of {@linkcode followRedirects}. */
export interface FollowOptions {
  /** Headers for the first host alone, such as a token. */
  readonly secretHeaders?: Readonly<Record<string, string>>;
  /** What a redirect to another host means. */
  readonly elsewhere: "follow" | "refuse";
}

/** An answer that sends a request to where it must not go; the message says where, on one line. */
export class RedirectRefused extends Error {
  /** The class, in a trace. */
  override readonly name = "RedirectRefused";
  /** The HTTP status, 3xx. */
  readonly status: number;

  /** Where it would go, in one line, and the status of the answer. */
  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}

const MOST_HOPS = 10;
const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];
/** Statuses after which a request with a body would be sent on without it. */
const BODY_LOST: readonly number[] = [301, 302, 303];

/**
 * Sends a request and follows redirects by hand. Whoever is not the first host gets neither the
 * secret headers nor the user name and password of the address, also where a later redirect leads
 * back; with `elsewhere: "refuse"` it gets nothing at all. The same host is the same scheme, name
 * and port; `https` in place of `http` on the standard ports counts as the same. A user name in the
 * address takes the place of an `authorization` header.
 *
 * @param url The address.
 * @param request As for `fetch`, with headers for every host.
 * @throws {UsageError} If a secret header is none that can be sent; the message does not have it.
 * @throws {RedirectRefused} If it is sent on to another host against the options, in a circle, to
 * what is no http(s) address, or in a way that would lose its body.
 *
 * Source: RFC 9110, section 15.4
 */
export async function followRedirects(
  url: string,
  request: RequestInit,
  { secretHeaders = {}, elsewhere }: FollowOptions,
): Promise<Response> {
  checkSecret(secretHeaders);
  const first = new URL(url);
  // Deno would send both as one header, which is none; Python's clients take the address's too
  const own = first.username === "" ? secretHeaders : withoutAuthorization(secretHeaders);
  let current = first;
  let secret = true;
  for (let hop = 0;; hop++) {
    const response = await fetch(current, {
      ...request,
      headers: { ...request.headers as Record<string, string>, ...(secret ? own : {}) },
      redirect: "manual",
    });
    const { status } = response;
    const location = response.headers.get("location");
    if (!REDIRECTS.includes(status) || location === null) return response;
    await response.body?.cancel().catch(() => {});
    if (hop === MOST_HOPS) throw new RedirectRefused("it sends requests on in a circle", status);
    const next = URL.parse(location, current);
    if (next === null || !/^https?:$/.test(next.protocol)) {
      throw new RedirectRefused("it sends on to what is no http(s) address", status);
    }
    const stays = isSameHost(first, next);
    if (!stays && elsewhere === "refuse") {
      throw new RedirectRefused(`it sends requests on to another host, ${next.origin}`, status);
    }
    if (request.body !== undefined && BODY_LOST.includes(status)) {
      throw new RedirectRefused(
        `it sends requests on to ${redactUrls(`${next.origin}${next.pathname}`)}`,
        status,
      );
    }
    secret &&= stays;
    if (secret && next.username === "") {
      next.username = first.username;
      next.password = first.password;
    }
    current = next;
  }
}

function withoutAuthorization(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => name.toLowerCase() !== "authorization"),
  );
}

/** Before `fetch` does, whose message has the header in it. */
function checkSecret(headers: Readonly<Record<string, string>>): void {
  try {
    new Headers(headers);
  } catch {
    throw new UsageError(
      "Cannot send the key: it has a line break or another sign that no key has: " +
        "check HF_TOKEN or VLLM_API_KEY",
    );
  }
}

function isSameHost(first: URL, next: URL): boolean {
  if (first.origin === next.origin) return true;
  const isUpgrade = first.protocol === "http:" && next.protocol === "https:";
  return isUpgrade && first.hostname === next.hostname && first.port === "" && next.port === "";
}
