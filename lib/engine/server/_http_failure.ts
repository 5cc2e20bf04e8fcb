import { redactUrls } from "../../ground/mod.ts";

const LONGEST_REASON = 300;

/** The message in an error's body: OpenAI's form, FastAPI's, or its text. */
export function reasonOf(text: string): string {
  try {
    const body = JSON.parse(text);
    const found = body?.error?.message ?? body?.message ?? body?.detail ?? body?.error;
    if (found !== undefined) {
      return oneLine(typeof found === "string" ? found : JSON.stringify(found));
    }
  } catch {
    // not JSON: its text is all there is
  }
  return oneLine(text);
}

/** A text on one line of bearable length, without user names, passwords and keys of addresses. */
export function oneLine(text: string): string {
  const line = redactUrls(text.replace(/\s+/g, " ").trim());
  return line.length > LONGEST_REASON ? `${line.slice(0, LONGEST_REASON)}...` : line;
}
