/** Nobody reads what the program says any more: its end, and no fault. */
export class ClosedPipe extends Error {
  override readonly name = "ClosedPipe";
}

/**
 * Writes all of a text to a stream at once.
 *
 * @returns A function that throws {@linkcode ClosedPipe} once the stream's reader is gone.
 */
export function pipeWriter(
  stream: { writeSync(bytes: Uint8Array): number },
): (text: string) => void {
  const encoder = new TextEncoder();
  return (text) => {
    const bytes = encoder.encode(text);
    try {
      // One call may write less than all.
      for (let done = 0; done < bytes.length;) done += stream.writeSync(bytes.subarray(done));
    } catch (error) {
      if (error instanceof Deno.errors.BrokenPipe) throw new ClosedPipe();
      throw error;
    }
  };
}
