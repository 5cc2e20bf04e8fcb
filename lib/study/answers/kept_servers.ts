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
 * Writes down beside a study's answers which server answers now, and tells it; where answers are
 * stored that another one gave, it tells that too.
 *
 * @param answered Whether an answer is stored already.
 * @throws {UsageError} If the file is damaged.
 */
export function keepServer(
  folder: AnswerPaths,
  { name, version, maxModelLen, scoring }: ServerFacts,
  { answered, progress }: { readonly answered: boolean; readonly progress: Progress },
): void {
  const server: Server = {
    name,
    scoring,
    ...version === undefined ? {} : { version },
    ...maxModelLen === undefined ? {} : { maxModelLen },
  };
  const text = serverText(server);
  progress.note(`server: ${text}`);
  // servers that answered nothing are no part of what made the answers
  const kept = answered ? keptServers(folder) : [];
  const last = kept.at(-1);
  if (last !== undefined && serverText(last) === text) return;
  if (answered) {
    const other = last === undefined
      ? "a server that was not written down"
      : `another server: ${serverText(last)}`;
    progress.note(`answers that are stored came of ${other}`);
  }
  const others = answered && last === undefined
    ? [UNKNOWN]
    : kept.filter((other) => serverText(other) !== text);
  writeAtomic(serversPath(folder), `${JSON.stringify([...others, server], null, 2)}\n`);
}

/** Stands for the server of a study from before servers were written down. */
const UNKNOWN: Server = { name: "not written down", scoring: "unknown" };

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
