/** Hashes with a prefix before each name: "spider/dev.json". */
export function prefixed(
  prefix: string,
  hashes: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(Object.entries(hashes).map(([name, hash]) => [prefix + name, hash]));
}
