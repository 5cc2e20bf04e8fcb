/** An entry of the navigation: a file of the repository, and what it is called there. */
export interface NavigationEntry {
  readonly path: string;
  /** The page's own title where there is none. */
  readonly name?: string;
}

/** Some entries under one title. */
export interface NavigationGroup {
  readonly title: string;
  readonly entries: readonly NavigationEntry[];
  /** Whether it is shut on pages that are not in it. */
  readonly folds?: boolean;
}

const SAMPLE = "results/recorded/sample";
const QWEN = "results/recorded/qwen_coder_1_5b";
const SMALLER = "results/recorded/qwen_coder_0_5b";
const GEMMA = "results/recorded/gemma3_270m";
const PENALTY = "results/recorded/gemma3_270m_kl";
const PENALTY_SEEDS = "results/recorded/gemma3_270m_kl_seeds";
const PENALTY_QWEN = "results/recorded/qwen_coder_1_5b_kl";

/** What stands in the navigation by hand, in this order. */
export const GROUPS: readonly NavigationGroup[] = [
  {
    title: "Start",
    entries: [
      { path: "README.md", name: "Overview" },
      { path: "docs/em_portugues.md" },
      { path: "docs/what_we_found.md" },
      { path: "docs/tutorial_own_data.md", name: "Tutorial: your own data" },
      { path: "docs/reading_the_numbers.md", name: "Reading the numbers" },
      { path: "docs/sample.md" },
    ],
  },
  {
    title: "Guides",
    entries: [
      { path: "docs/running.md", name: "Running" },
      { path: "docs/training_data.md", name: "Training data" },
      { path: "docs/training.md", name: "Training" },
      { path: "docs/gpu.md", name: "One GPU" },
      { path: "docs/scale.md", name: "Clusters and servers" },
      { path: "docs/browse.md", name: "The flip browser" },
      { path: "docs/paper.md", name: "The paper" },
      { path: "docs/export.md", name: "Export" },
      { path: "notebooks/README.md", name: "The notebooks" },
    ],
  },
  {
    title: "Reference",
    entries: [
      { path: "docs/method.md", name: "How it is measured" },
      { path: "docs/config.md", name: "Keys of a config" },
      { path: "docs/environment.md" },
      { path: "docs/others.md", name: "Other tools" },
      { path: "custom_metrics/README.md", name: "The DeepEval metric" },
    ],
  },
  {
    title: "Recorded results",
    entries: [
      { path: `${QWEN}/summary.md`, name: "Qwen2.5-Coder 1.5B: tables" },
      { path: `${QWEN}/paper.en.pdf`, name: "Its paper (PDF)" },
      { path: `${SMALLER}/summary.md`, name: "Qwen2.5-Coder 0.5B: tables" },
      { path: `${SMALLER}/paper.en.pdf`, name: "Its paper (PDF)" },
      { path: `${GEMMA}/summary.md`, name: "Gemma 3 270M: tables" },
      { path: `${GEMMA}/paper.en.pdf`, name: "Its paper (PDF)" },
      { path: `${PENALTY}/summary.md`, name: "Gemma 3 270M, a penalty: tables" },
      { path: `${PENALTY}/paper.en.pdf`, name: "Its paper (PDF)" },
      { path: `${PENALTY_SEEDS}/summary.md`, name: "The same, five seeds: tables" },
      { path: `${PENALTY_SEEDS}/paper.en.pdf`, name: "Its paper (PDF)" },
      { path: `${PENALTY_QWEN}/summary.md`, name: "Qwen2.5-Coder 1.5B, a penalty: tables" },
      { path: `${PENALTY_QWEN}/paper.en.pdf`, name: "Its paper (PDF)" },
      { path: `${SAMPLE}/summary.md`, name: "Embedded sample: tables" },
      { path: `${SAMPLE}/browse.html`, name: "Its flip browser" },
      { path: `${SAMPLE}/paper.en.pdf`, name: "Its paper (PDF)" },
    ],
  },
  {
    title: "Project",
    entries: [
      { path: "docs/assignment.md", name: "The assignment, row by row" },
      { path: "CONTRIBUTING.md" },
      { path: "CHANGELOG.md" },
      { path: "docs/log.md", name: "Log: tried and measured" },
    ],
  },
];

/** Every file that stands in the navigation by hand. */
export const NAVIGATION_PATHS: readonly string[] = GROUPS.flatMap(({ entries }) =>
  entries.map(({ path }) => path)
);

/**
 * The whole navigation: the groups by hand, then the decisions, then what else was linked to.
 *
 * @param paths All pages of the site, in order.
 */
export function navigation(paths: readonly string[]): NavigationGroup[] {
  const rest = paths.filter((path) => !NAVIGATION_PATHS.includes(path));
  const decisions = rest.filter((path) => path.startsWith("docs/decisions/"));
  const more = rest.filter((path) => !decisions.includes(path));
  return [
    ...GROUPS,
    { title: "Decisions", entries: decisions.map((path) => ({ path })), folds: true },
    { title: "More pages", entries: more.map((path) => ({ path })), folds: true },
  ];
}
