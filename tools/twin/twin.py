"""Recomputes every number of a study from its stored answers, and prints those that differ.

    python tools/twin/twin.py results/sample

It shares no code with the lab: shares and intervals come from searches, standard errors from
matrices, p-values from sums over all cases. It reads `summary.json` and the answers beside it
(`verdicts`, `letters` and `prose`, as JSON lines or in the compact Parquet form).

The files keep four decimals of a log-probability and of a passage's nats (the compact form two of a
log-probability). What comes from those is computed several times with the lost decimals put back at
random, and may differ from the stored number by three times the largest effect of that; every other
number by 1e-6.

Exit: 0 where all agree, 1 where something differs, 2 where the folder cannot be read.
"""

import sys

from answers import UsageError, contradictions, read_answers, read_summary, unrounded
from comparisons import compare
from differences import Differences
from findings import claims, over_seeds, overall, pairs, prose_and_mmlu, recipe_runs, seed_pairs
from scores import scores
from sweep import plan_of, recommendation

# how often the lost decimals are put back
ROUNDS = 12


def recompute(summary, variants):
    """The part of a summary that comes from answers, in its form."""
    plan = summary["plan"]
    base, *tuned = variants
    compared = [(answers["name"], answers, compare(base, answers, plan)) for answers in tuned]
    listed = [{"name": base["name"], "origin": base["origin"], **scores(base)}]
    for name, answers, comparison in compared:
        own = scores(answers)
        listed.append({"name": name, "origin": answers["origin"], **own, "versusBase": comparison})
    recipes = recipe_runs(tuned)
    findings = {
        "claims": claims(plan, compared),
        "pairs": pairs(plan, tuned),
        "seeds": over_seeds(base, recipes),
    }
    paired_recipes = seed_pairs(recipes)
    if paired_recipes:
        findings["seedPairs"] = paired_recipes
    correlated = prose_and_mmlu(compared)
    if correlated:
        findings["proseAndMmlu"] = correlated
    knowledge = {
        name: (overall(comparison, plan["gauge"]) or {}).get("evidence")
        for name, _, comparison in compared
    }
    recommended = recommendation(plan, base, tuned, knowledge)
    if recommended:
        findings["recommendation"] = recommended
    return {"variants": listed, "findings": findings, **_plan_and_counts(summary, base, tuned)}


def _plan_and_counts(summary, base, tuned):
    counts = {}
    for gauge, kind, groups, cluster in (
        ("sql", "verdicts", "databases", "dbId"),
        ("mmlu", "letters", "subjects", "subject"),
        ("prose", "prose", "topics", "topic"),
    ):
        rows = base[kind]
        if rows:
            stored = summary["counts"].get(gauge, {})
            counts[gauge] = {
                **stored,
                "scored": len(rows),
                "missing": stored.get("asked", 0) - len(rows),
                groups: len({row[cluster] for row in rows}),
            }
    plan, config = summary["plan"], summary["config"]
    # databases without a scored question have no row: they are known from the plan alone
    databases = plan["halves"]["choose"] + plan["halves"]["confirm"]
    made = plan_of(plan, config, [*tuned], databases)
    return {"counts": counts, "plan": {"written": plan["written"], **made}}


def check(folder):
    """Everything that differs in a study's folder."""
    summary = read_summary(folder)
    variants, compact = read_answers(folder, summary)
    found = recompute(summary, variants)
    rounds = ROUNDS if any(v["letters"] or v["prose"] for v in variants) else 0
    others = [recompute(summary, unrounded(variants, compact, seed)) for seed in range(rounds)]
    differences = Differences()
    for part in found:
        differences.compare(part, summary[part], found[part], [other[part] for other in others])
    differences.lines.extend(contradictions(variants, compact))
    return differences


def main(folders):
    """Checks each folder, and says how many numbers of it differ."""
    if not folders:
        raise UsageError("Name the folder of a study, such as results/sample")
    differing = 0
    for folder in folders:
        differences = check(folder)
        for line in differences.lines:
            print(line)
        differing += len(differences.lines)
        allowed, path = differences.widest
        print(f"{folder}: {differences.compared} values compared, {len(differences.lines)} differ")
        if differences.rounded:
            print(
                f"{differences.rounded} come from decimals that the files round; the widest "
                f"allowance is {allowed:.2g}, of {path}"
            )
        for place in differences.skipped:
            print(f"not recomputed, as the files do not hold enough for it: {place}")
    return 1 if differing else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except UsageError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)
