import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";
import type { ServerFacts } from "../../engine/mod.ts";
import {
  checkRecord,
  parseJson,
  type Progress,
  readTextFile,
  writeAtomic,
} from "../../ground/mod.ts";
import { type Server, SERVER_KEYS, serverText } from "../../runs/mod.ts";
import type { AnswerPaths } from "../measures/open_measures.ts";

const SERVERS = z.array(z.strictObject(SERVER_KEYS));

/**
 * Writes down beside a study's answers which server answers now, where it is another one than the
 * last, and tells it.
 */
export function keepServer(
  folder: AnswerPaths,
  { name, version, maxModelLen, scoring }: ServerFacts,
  progress: Progress,
): void {
  const server: Server = {
    name,
    scoring,
    ...version === undefined ? {} : { version },
    ...maxModelLen === undefined ? {} : { maxModelLen },
  };
  const text = serverText(server);
  progress.note(`server: ${text}`);
  const kept = keptServers(folder);
  const last = kept.at(-1);
  if (last !== undefined && serverText(last) === text) return;
  if (last !== undefined) {
    progress.note(`answers that are stored came of another server: ${serverText(last)}`);
  }
  const others = kept.filter((other) => serverText(other) !== text);
  writeAtomic(serversPath(folder), `${JSON.stringify([...others, server], null, 2)}\n`);
}

/**
 * The servers that a study's answers came of, in the order in which they last began.
 *
 * @throws {UsageError} If the file is damaged.
 */
export function keptServers(folder: AnswerPaths): readonly Server[] {
  const path = serversPath(folder);
  return existsSync(path) ? checkRecord(SERVERS, parseJson(readTextFile(path), path), path) : [];
}

function serversPath({ sqlSamples }: AnswerPaths): string {
  return `${dirname(sqlSamples)}/servers.json`;
}
