/**
 * What every other room stands on: errors that are told in one line, files that are whole or absent,
 * JSON with a check, hashes, locks, the repository's root, progress. The room knows nothing else of
 * the project.
 *
 * @module
 */
export * from "./light.ts";
export { canonicalJson, contentKey } from "./canonical_json.ts";
export { allowedValues, child, type JsonSchema } from "./allowed_values.ts";
export { type Checksums, checksumText, readChecksums, sha256Of } from "./checksums.ts";
export { calendarDay, CHAT_DEFAULTS, CHAT_KEYS, type ChatSettings } from "./chat_settings.ts";
export {
  type Checked,
  checkRecord,
  COUNT,
  type DeepReadonly,
  LABEL,
  type OptionalKey,
  PLAIN,
  type Problem,
  type RecordOf,
  SAID,
  type Schema,
  SHA256,
  TEXT,
  textOfForm,
  together,
} from "./check_record.ts";
export { checkOutputFile, checkOutputFolder, checkOutputIsNoInput } from "./check_output.ts";
export { decodeText, readBytes, readListText, readText } from "./decode_text.ts";
export { type JsonLine, jsonLines } from "./json_lines.ts";
export { type OtherNames, refuseOtherNames } from "./other_names.ts";
export { checkOwnFiles, writeOwnFiles } from "./own_files.ts";
export { firstOf } from "./first_of.ts";
export { parseJson, readTextFile } from "./parse_json_file.ts";
export { realDataRoot } from "./real_data.ts";
export { realPath } from "./real_path.ts";
export { sha256OfFile } from "./sha256_of_file.ts";
export { writeAtomic } from "./write_atomic.ts";
export { type NetworkCause } from "./network_cause.ts";
export { CHECK_NETWORK } from "./network_cause.ts";
export { networkCause } from "./network_cause.ts";
export { LONGEST_RETRY_AFTER_MS } from "./retry_after.ts";
export { retryAfterMs } from "./retry_after.ts";
export { type FollowOptions } from "./follow_redirects.ts";
export { RedirectRefused } from "./follow_redirects.ts";
export { followRedirects } from "./follow_redirects.ts";
export { sleep } from "./sleep.ts";
export { lockFile } from "./lock_file.ts";
export { tryLockFile } from "./lock_file.ts";
