/** Files that import nothing, for pages that run them as part of their script. */
export interface ScriptFiles {
  /** `codePoint()`. */
  readonly codePoint: URL;
  /** `listed()`. */
  readonly listed: URL;
  /** `nearestName()`. */
  readonly nearestName: URL;
}

/** Where those files are; a page's script imports what they export from the room's door. */
export const SCRIPT_FILES: ScriptFiles = {
  codePoint: new URL("./code_point.ts", import.meta.url),
  listed: new URL("./listed.ts", import.meta.url),
  nearestName: new URL("./nearest_name.ts", import.meta.url),
};
