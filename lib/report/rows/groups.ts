/** The name of the group of all examples. */
export const ALL = "all";

/** "3-shot" for "3". */
export function shotsName(shots: string | number): string {
  return `${shots}-shot`;
}
