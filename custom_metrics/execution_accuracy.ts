/**
 * Execution accuracy as a metric of DeepEval: the generated and the gold statement are run on the
 * test case's database, and the results are compared. The verdict is that of `lib/sql`.
 *
 * Nothing leaves this machine: importing this module switches DeepEval's telemetry off and hides a
 * Confident AI key from it.
 *
 * @module
 */
import "./_no_upload.ts";
import { type LLMTestCase, metrics } from "deepeval";
import {
  ASSIGNMENT_SUCCESS_SCORE,
  createJudge,
  extractSql,
  type Judge,
  type JudgeOptions,
  type Reading,
  type Verdict,
} from "../lib/sql/mod.ts";

/** The score of a match when none is given: 1.8, as the assignment writes it. */
export { ASSIGNMENT_SUCCESS_SCORE };

/** Which reading of the verdict decides, see docs/decisions/0004-verdict.md. */
export type VerdictMode = Reading;

/** How the metric finds databases and scores verdicts. */
export interface ExecutionAccuracyOptions extends JudgeOptions {
  /** The SQLite file of all test cases, or what finds the file of a test case. */
  readonly dbPath: string | ((testCase: LLMTestCase) => string);
  /** The reading that decides. Default: `assignment`, rows in any order. */
  readonly mode?: VerdictMode;
  /** Score of a match; a failure scores 0. Default: {@linkcode ASSIGNMENT_SUCCESS_SCORE}. */
  readonly successScore?: number;
}

/**
 * DeepEval's metric for one generated statement (`actualOutput`, a completion with its prose and
 * code fences or a bare statement) against its gold (`expectedOutput`).
 *
 * @example
 * ```ts ignore
 * await using metric = new ExecutionAccuracyMetric({ dbPath: "world_1.sqlite" });
 * const score = await metric.measure(testCase); // 1.8 or 0
 * ```
 */
export class ExecutionAccuracyMetric extends metrics.BaseMetric implements AsyncDisposable {
  /** The verdict of the last test case. */
  verdict?: Verdict;
  readonly #judge: Judge;
  readonly #mode: VerdictMode;
  readonly #successScore: number;
  readonly #dbPath: (testCase: LLMTestCase) => string;

  /** @throws {RangeError} If the score of a match is not above 0. */
  constructor(options: ExecutionAccuracyOptions) {
    const { dbPath, mode = "assignment", successScore = ASSIGNMENT_SUCCESS_SCORE } = options;
    if (!(successScore > 0)) {
      throw new RangeError(
        `Cannot make the metric: successScore must be above 0, it is ${successScore}`,
      );
    }
    super(successScore, { showIndicator: false });
    const { dbPath: _dbPath, mode: _mode, successScore: _score, ...limits } = options;
    this.#judge = createJudge(limits);
    this.#mode = mode;
    this.#successScore = successScore;
    this.#dbPath = typeof dbPath === "string" ? () => dbPath : dbPath;
  }

  /**
   * Judges one test case and sets `score`, `success`, `reason` and `verdict`.
   *
   * @returns `successScore` on a match, else 0.
   * @throws {TypeError} If the test case has no expected output.
   * @throws {GoldQueryError} If the gold statement fails; `error` is set, and no score.
   */
  override async measure(testCase: LLMTestCase): Promise<number> {
    this.#reset();
    try {
      if (testCase.expectedOutput === undefined) {
        throw new TypeError(
          "Cannot measure execution accuracy: the test case has no expectedOutput",
        );
      }
      const verdict = await this.#judge.judge({
        dbPath: this.#dbPath(testCase),
        gold: testCase.expectedOutput,
        predicted: extractSql(testCase.actualOutput) ?? "",
        exampleId: testCase.name ?? "",
      });
      this.verdict = verdict;
      this.success = verdict[this.#mode];
      this.score = this.success ? this.#successScore : 0;
      this.reason = reasonOf(verdict, this.#mode);
      return this.score;
    } catch (error) {
      this.error = (error as Error).message;
      this.success = false;
      throw error;
    }
  }

  /** Whether the last test case was a match. */
  override isSuccessful(): boolean {
    return this.error === undefined && this.success === true;
  }

  /** The metric's name in DeepEval's tables. */
  override get name(): string {
    return "Execution Accuracy";
  }

  /** Ends the executor processes. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#judge[Symbol.asyncDispose]();
  }

  // A metric is used for one test case after another, and an error must not outlive its own.
  #reset(): void {
    delete this.score;
    delete this.reason;
    delete this.error;
    delete this.success;
    delete this.verdict;
  }
}

/**
 * Passes, cases and their proportion. Never the mean score, which depends on what a match scores.
 *
 * @returns `accuracy` in 0..1; `NaN` for no case.
 *
 * @example
 * ```ts ignore
 * executionAccuracy([{ success: true }, { success: false }]); // { passes: 1, n: 2, accuracy: 0.5 }
 * ```
 */
export function executionAccuracy(
  results: readonly { readonly success: boolean }[],
): { readonly passes: number; readonly n: number; readonly accuracy: number } {
  const passes = results.filter((result) => result.success).length;
  return { passes, n: results.length, accuracy: passes / results.length };
}

function reasonOf(verdict: Verdict, mode: VerdictMode): string {
  if (verdict[mode]) return `The results are the same (${mode} reading).`;
  const cause = verdict.message ?? "the rows differ in this reading only";
  return `${verdict.status} (${mode} reading): ${cause}`;
}
