/**
 * What every other room stands on: errors that are told in one line, files that are whole or absent,
 * JSON with a check, hashes, locks, the repository's root, progress. The room knows nothing else of
 * the project.
 *
 * @module
 */
export * from "./light.ts";
export { canonicalJson, contentKey } from "./text/canonical_json.ts";
export { allowedValues, child, type JsonSchema } from "./allowed_values.ts";
export { type Checksums, checksumText, readChecksums, sha256Of } from "./files/checksums.ts";
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
export { checkOutputFile, checkOutputFolder, checkOutputIsNoInput } from "./files/check_output.ts";
export { danglingLink, refuseDanglingLink } from "./files/dangling_link.ts";
export { decodeText, readBytes, readListText } from "./text/decode_text.ts";
export { firstLine } from "./text/first_line.ts";
export { type JsonLine, jsonLines } from "./text/json_lines.ts";
export { type OtherNames, refuseOtherNames } from "./text/other_names.ts";
export { isSameFile } from "./files/is_same_file.ts";
export { checkOwnFiles, writeOwnFiles } from "./files/own_files.ts";
export { firstOf } from "./first_of.ts";
export { explainReadError, parseJson, readTextFile } from "./text/parse_json_file.ts";
export { realDataRoot } from "./files/real_data.ts";
export { realPath } from "./files/real_path.ts";
export { type FileState, fileState, RememberedFiles } from "./files/remembered_files.ts";
export { sha256OfFile } from "./files/sha256_of_file.ts";
export { writeAtomic } from "./files/write_atomic.ts";
export { CHECK_NETWORK, type NetworkCause, networkCause } from "./network/network_cause.ts";
export { LONGEST_RETRY_AFTER_MS, retryAfterMs } from "./network/retry_after.ts";
export {
  type FollowOptions,
  followRedirects,
  RedirectRefused,
} from "./network/follow_redirects.ts";
export { refuseDoubledKeys } from "./text/refuse_doubled_keys.ts";
export { SCRIPT_FILES, type ScriptFiles } from "./text/script_files.ts";
export { sleep } from "./sleep.ts";
export { askWorker } from "./ask_worker.ts";
export { lockFile, tryLockFile } from "./files/lock_file.ts";
