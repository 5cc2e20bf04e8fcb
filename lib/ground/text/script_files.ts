/** Files that import nothing, for pages that run them as part of their script. */
export interface ScriptFiles {
  /** `nearestName()`. */
  readonly nearestName: URL;
}

/** Where those files are; a page's script imports what they export from the room's door. */
export const SCRIPT_FILES: ScriptFiles = {
  nearestName: new URL("./nearest_name.ts", import.meta.url),
};
