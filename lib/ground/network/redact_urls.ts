/** A user name, with or without a password, before the host. */
const USER = /([a-z][a-z0-9+.-]*:\/\/)[^\s/?#"'<>]*@/gi;

/** A password with a slash in it, which is no valid address; a port is none. */
const ODD_PASSWORD = /([a-z][a-z0-9+.-]*:\/\/)[^\s/?#@"'<>]*:(?!\d+(?:[/?#\s"']|$))[^\s"'<>]*@/gi;

/** A parameter whose name says that its value is secret. */
const SECRET =
  /([?&;#][^=\s&;#"'<>]*(?:key|token|sig|secret|pass|pwd|auth|cred)[^=\s&;#"'<>]*=)[^\s&;#"'<>]+/gi;

/**
 * A text whose addresses are without user names, passwords and keys: what is shown, logged and
 * recorded must not hold them.
 *
 * @example
 * ```ts
 * import { redactUrls } from "./redact_urls.ts";
 * import assert from "node:assert/strict";
 *
 * const line = "no answer from https://ann:secret@host:8000/v1?api_key=abc&n=1";
 * assert.equal(redactUrls(line), "no answer from https://host:8000/v1?api_key=...&n=1");
 * ```
 */
export function redactUrls(text: string): string {
  return text.replace(USER, "$1").replace(ODD_PASSWORD, "$1").replace(SECRET, "$1...");
}
