/**
 * The forms that a study is exported in, by name: what can be said of the room without loading a
 * package. `mod.ts` has all of this too.
 *
 * @module
 */
export { EXPORT_FORMATS, type ExportFormat } from "./exports/export_formats.ts";
