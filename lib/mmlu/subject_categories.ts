/** A category of the suite; the official fourth, `Other`, is in the map only. */
export type MmluCategory = "STEM" | "Humanities" | "Social sciences";

/** The categories of the suite, in the order in which they are reported. */
export const SUITE_CATEGORIES: readonly MmluCategory[] = ["STEM", "Humanities", "Social sciences"];

/** The subjects of each official category, 18 + 13 + 12 + 14 = 57. */
const SUBJECTS: Readonly<Record<MmluCategory | "Other", readonly string[]>> = {
  "STEM": [
    "abstract_algebra",
    "astronomy",
    "college_biology",
    "college_chemistry",
    "college_computer_science",
    "college_mathematics",
    "college_physics",
    "computer_security",
    "conceptual_physics",
    "electrical_engineering",
    "elementary_mathematics",
    "high_school_biology",
    "high_school_chemistry",
    "high_school_computer_science",
    "high_school_mathematics",
    "high_school_physics",
    "high_school_statistics",
    "machine_learning",
  ],
  "Humanities": [
    "formal_logic",
    "high_school_european_history",
    "high_school_us_history",
    "high_school_world_history",
    "international_law",
    "jurisprudence",
    "logical_fallacies",
    "moral_disputes",
    "moral_scenarios",
    "philosophy",
    "prehistory",
    "professional_law",
    "world_religions",
  ],
  "Social sciences": [
    "econometrics",
    "high_school_geography",
    "high_school_government_and_politics",
    "high_school_macroeconomics",
    "high_school_microeconomics",
    "high_school_psychology",
    "human_sexuality",
    "professional_psychology",
    "public_relations",
    "security_studies",
    "sociology",
    "us_foreign_policy",
  ],
  "Other": [
    "anatomy",
    "business_ethics",
    "clinical_knowledge",
    "college_medicine",
    "global_facts",
    "human_aging",
    "management",
    "marketing",
    "medical_genetics",
    "miscellaneous",
    "nutrition",
    "professional_accounting",
    "professional_medicine",
    "virology",
  ],
};

/**
 * The official category of each of MMLU's 57 subjects, by the subject's file name.
 *
 * Some harnesses count `anatomy` as STEM; the authors' list has it under health, hence `Other`.
 *
 * @example Look one up
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(SUBJECT_CATEGORIES.get("astronomy"), "STEM");
 * assert.equal(SUBJECT_CATEGORIES.get("alchemy"), undefined);
 * ```
 *
 * Source: Hendrycks et al. 2021, arXiv:2009.03300; https://github.com/hendrycks/test, categories.py
 */
export const SUBJECT_CATEGORIES: ReadonlyMap<string, MmluCategory | "Other"> = new Map(
  Object.entries(SUBJECTS).flatMap(([category, subjects]) =>
    subjects.map((subject) => [subject, category as MmluCategory | "Other"] as const)
  ),
);
