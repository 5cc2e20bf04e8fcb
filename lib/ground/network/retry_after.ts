/** The longest that a `Retry-After` is obeyed: 5 minutes. */
export const LONGEST_RETRY_AFTER_MS = 300_000;

/**
 * How long a server asks to wait before the next try: seconds, or a date, which is read by the
 * server's own clock where it tells the time.
 *
 * @returns Milliseconds, 0 or more; `undefined` where the server does not say.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(retryAfterMs(new Headers({ "retry-after": "2" })), 2000);
 * ```
 *
 * Source: RFC 9110, section 10.2.3
 */
export function retryAfterMs(headers: Headers): number | undefined {
  const value = headers.get("retry-after")?.trim();
  if (value === undefined) return undefined;
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  const until = Date.parse(value);
  const now = Date.parse(headers.get("date") ?? "") || Date.now();
  return Number.isFinite(until) ? Math.max(0, until - now) : undefined;
}
