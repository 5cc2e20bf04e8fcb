/**
 * The part of the room that a program needs before it knows what it is to do: no package is loaded
 * by it. `mod.ts` has all of this too.
 *
 * @module
 */
export { codePoint } from "./text/code_point.ts";
export { counted } from "./text/counted.ts";
export { listed } from "./text/listed.ts";
export { nearestName } from "./text/nearest_name.ts";
export { escapeControls, escapeLines, printable } from "./text/printable.ts";
export { type Progress, SILENT } from "./progress.ts";
export { redactUrls } from "./network/redact_urls.ts";
export { fromRoot, REPOSITORY_ROOT } from "./files/repository_root.ts";
export { UsageError } from "./usage_error.ts";
export { environmentReason, explainWriteError, writeFully } from "./files/write_fully.ts";
