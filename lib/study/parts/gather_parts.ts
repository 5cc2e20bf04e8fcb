import { SILENT } from "../../ground/mod.ts";
import { gatherAnswers } from "../answers/answer_variants.ts";
import { BASE, type NamedVariant } from "../answers/sample_identity.ts";
import type { Stores } from "../measures/measures.ts";
import type { VariantAnswers } from "../numbers/answers.ts";
import type { OpenStudy } from "../open_study.ts";
import { summarizeVariants } from "../results/build_summary.ts";
import { tolerancesOf } from "../sweep/study_findings.ts";
import type { Share } from "./share_study.ts";

/** What {@linkcode PartsGatherer} works with. */
export interface PartsGathererOptions {
  /** The study's own, open. */
  readonly stores: Stores;
  /** What each process answers. */
  readonly shares: readonly Share[];
  /** The base model and all variants. */
  readonly variants: readonly NamedVariant[];
  /** Stops it. */
  readonly signal?: AbortSignal;
}

/**
 * Looks up the answers of a study's variants, and compares them with the base model's, while its
 * processes answer the next ones.
 */
export class PartsGatherer {
  readonly #study: OpenStudy;
  readonly #options: PartsGathererOptions;
  readonly #shares: readonly (readonly string[])[];
  readonly #answers = new Map<NamedVariant, VariantAnswers>();

  /** Begins with nothing. */
  constructor(study: OpenStudy, options: PartsGathererOptions) {
    this.#study = study;
    this.#options = options;
    this.#shares = options.shares.map(({ base, variants }) => [
      ...(base ? [BASE.name] : []),
      ...variants.map(({ name }) => name),
    ]);
  }

  /**
   * Gathers what a process has left behind: it answers one variant after the other.
   *
   * @param answered The variants that each process has answered for of late.
   */
  async behind(answered: readonly ReadonlySet<string>[]): Promise<void> {
    for (const [i, names] of this.#shares.entries()) {
      const now = names.findLastIndex((name) => answered[i]!.has(name));
      for (const name of names.slice(0, Math.max(0, now))) await this.#gather(name);
    }
  }

  /** The answers of all variants in their order; `undefined` where one is missing. */
  async all(): Promise<VariantAnswers[] | undefined> {
    const { variants } = this.#options;
    for (const { name } of variants) await this.#gather(name);
    const all = variants.flatMap((variant) => this.#answers.get(variant) ?? []);
    return all.length === variants.length ? all : undefined;
  }

  async #gather(name: string): Promise<void> {
    const { stores, variants, signal } = this.#options;
    const variant = variants.find((one) => one.name === name)!;
    if (this.#answers.has(variant)) return;
    const { inputs, folder } = this.#study;
    const options = { progress: SILENT, ...(signal ? { signal } : {}) };
    const answers = await gatherAnswers(inputs, stores, variant, options);
    if (!answers) return;
    this.#answers.set(variant, answers);
    const base = this.#answers.get(variants[0]!);
    if (!base) return;
    const compared = base === answers ? [...this.#answers.values()] : [answers];
    const alike = [base, ...compared.filter((one) => one !== base)];
    // an example that one has no verdict on counts for none, and all of them are not known yet
    if (alike.some(({ unjudged = [] }) => unjudged.length > 0)) return;
    // its numbers are kept: the summary asks for them again
    summarizeVariants(alike, tolerancesOf(folder.plan));
  }
}
