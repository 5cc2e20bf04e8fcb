/**
 * The part of the room that a program needs before it knows what it is to do: no package is loaded
 * by it. `mod.ts` has all of this too.
 *
 * @module
 */
export { nearestName } from "./nearest_name.ts";
export { escapeControls, escapeLines, printable } from "./printable.ts";
export { type Progress, SILENT } from "./progress.ts";
export { redactUrls } from "./redact_urls.ts";
export { fromRoot, REPOSITORY_ROOT } from "./repository_root.ts";
export { UsageError } from "./usage_error.ts";
export { environmentReason, explainWriteError, writeFully } from "./write_fully.ts";
