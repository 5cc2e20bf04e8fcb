/** "A" for 0, and so on. */
export function letterName(index: number): string {
  return String.fromCharCode("A".charCodeAt(0) + index);
}
