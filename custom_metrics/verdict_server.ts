/**
 * Verdicts for programs in other languages: one JSON request a line on standard input, one JSON
 * reply a line on standard output, in whatever order verdicts are ready, until the input ends.
 *
 *     deno run -A custom_metrics/verdict_server.ts '{"timeoutMs": 30000}'
 *     {"id": 1, "dbPath": "shop.sqlite", "gold": "SELECT 1", "completion": "SELECT 1;"}
 *     {"id": 1, "verdict": {"status": "match", "official": true, ...}}
 *
 * A fault (a gold that fails, a database that is missing) is `{"id": 1, "fault": {...}}`.
 *
 * @module
 */
import { createInterface } from "node:readline";
import process from "node:process";
import { createJudge, extractSql, type Judge, type JudgeOptions } from "../lib/sql/mod.ts";

interface VerdictRequest {
  readonly id: number;
  readonly dbPath: string;
  readonly gold: string;
  /** What the model wrote; the statement is extracted from it. */
  readonly completion: string;
  readonly exampleId?: string;
}

async function serve(options: JudgeOptions): Promise<void> {
  await using judge = createJudge(options);
  const pending = new Set<Promise<void>>();
  for await (const line of createInterface({ input: process.stdin })) {
    if (line.trim() === "") continue;
    const answer = reply(judge, line).then((text) => {
      process.stdout.write(`${text}\n`);
    });
    pending.add(answer);
    answer.finally(() => pending.delete(answer));
  }
  await Promise.all(pending);
}

async function reply(judge: Judge, line: string): Promise<string> {
  let id: number | null = null;
  try {
    const request = JSON.parse(line) as VerdictRequest;
    id = request.id;
    const verdict = await judge.judge({
      dbPath: request.dbPath,
      gold: request.gold,
      predicted: extractSql(request.completion) ?? "",
      exampleId: request.exampleId ?? "",
    });
    return JSON.stringify({ id, verdict });
  } catch (error) {
    const { name, message } = error as Error;
    return JSON.stringify({ id, fault: { name, message } });
  }
}

await serve(JSON.parse(Deno.args[0] ?? "{}") as JudgeOptions);
