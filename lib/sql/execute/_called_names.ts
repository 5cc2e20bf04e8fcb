// No function of SQLite has a longer name.
const MAX_NAME = 64;

/**
 * The word before each opening bracket, in lower case, or the one character before it where that is
 * a quote; empty for a bracket after anything else. Comments are not seen through.
 *
 * It looks back from each bracket, since a pattern that looks for words first takes time with the
 * square of a long word's length.
 */
export function calledNames(sql: string): readonly string[] {
  const names: string[] = [];
  for (let at = sql.indexOf("("); at >= 0; at = sql.indexOf("(", at + 1)) {
    let end = at;
    while (end > 0 && /\s/.test(sql[end - 1]!)) end--;
    const before = sql.slice(Math.max(0, end - MAX_NAME), end);
    names.push(/(?:["'`\]]|[\p{L}\p{N}_$]+)$/u.exec(before)?.[0].toLowerCase() ?? "");
  }
  return names;
}
