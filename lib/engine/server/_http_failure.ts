const LONGEST_REASON = 300;

/** How long the server asks to wait: seconds, or a date. Nothing where it does not say. */
export function retryAfter(headers: Headers): { retryAfterMs?: number } {
  const value = headers.get("retry-after");
  if (value === null) return {};
  const ms = /^\d+$/.test(value.trim()) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isFinite(ms) ? { retryAfterMs: Math.max(0, ms) } : {};
}

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

/** A text on one line of bearable length. */
export function oneLine(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > LONGEST_REASON ? `${line.slice(0, LONGEST_REASON)}...` : line;
}
