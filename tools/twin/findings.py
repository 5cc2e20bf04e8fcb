"""What a study says beyond its single variants: claims, pairs, seeds, correlation."""

import math

from changes import both_intervals, verdict
from clusters import cr2
from comparisons import compare, paired
from distributions import holm, normal_quantile, student_quantile
from scores import nats_per_token

GAUGES = ("sql", "mmlu", "prose")

# a sentence about a recipe needs so many seeds
SEEDS_OF_A_RECIPE = 5


def overall(comparison, gauge):
    """The change of one measure over all of its examples; `None` where it was not asked."""
    if gauge not in comparison:
        return None
    change = comparison[gauge]["overall"]
    return change["official"] if gauge == "sql" else change


def claims(plan, compared):
    """The primary claims, gains and losses adjusted as one family, excluded losses as another."""
    made = []
    for name, _, comparison in compared:
        for gauge in GAUGES:
            change = overall(comparison, gauge)
            if name not in plan["primary"] or change is None:
                continue
            if gauge == "prose" and plan["gauge"] != "prose":
                continue
            own = plan["delta"] if gauge == plan["gauge"] else None
            word = verdict(change["evidence"], own)
            made.append({"variant": name, "gauge": gauge, "verdict": word, "own": own})
    adjusted = holm([claim["verdict"]["pValue"] for claim in made])
    with_delta = [claim for claim in made if claim["own"] is not None]
    excluded = holm([claim["verdict"]["pLossExcluded"] for claim in with_delta])
    found = []
    for claim, p in zip(made, adjusted):
        p_excluded = 1.0
        if claim["own"] is not None:
            p_excluded = excluded[with_delta.index(claim)]
        word = claim["verdict"]
        if word["outcome"] in ("gain", "loss") and p < 0.05:
            said = word["outcome"]
        elif word["lossExcluded"] and p_excluded < 0.05:
            said = "loss_excluded"
        else:
            said = "no_difference_shown"
        found.append(
            {
                "name": f"{claim['variant']}, {claim['gauge']}",
                "variant": claim["variant"],
                "gauge": claim["gauge"],
                "verdict": word,
                "adjustedP": p,
                "adjustedPLossExcluded": p_excluded,
                "outcome": said,
            }
        )
    return found


def pairs(plan, tuned):
    """All pairs of the primary variants, compared directly; Holm over the pairs by measure."""
    named = [answers for answers in tuned if answers["name"] in plan["primary"]]
    found = []
    for i, first in enumerate(named):
        for second in named[i + 1 :]:
            comparison = compare(first, second, plan)
            names = {"first": first["name"], "second": second["name"]}
            found.append({**names, "comparison": comparison, "adjustedP": {}})
    for gauge in GAUGES:
        asked = [pair for pair in found if overall(pair["comparison"], gauge) is not None]
        p_values = [overall(pair["comparison"], gauge)["verdict"]["pValue"] for pair in asked]
        for pair, p in zip(asked, holm(p_values)):
            pair["adjustedP"][gauge] = p
    return found


def _item_changes(base, tuned, gauge):
    """`tuned - base` and the cluster of each item, by its id, in the order of `base`."""
    if gauge == "prose":
        rows = paired(base["prose"], tuned["prose"])
        return {
            before["id"]: (nats_per_token(after) - nats_per_token(before), before["topic"])
            for before, after in rows
        }
    key, right, cluster = {
        "sql": ("verdicts", "official", "dbId"),
        "mmlu": ("letters", "correct", "subject"),
    }[gauge]
    rows = paired(base[key], tuned[key])
    return {
        before["id"]: (int(after[right]) - int(before[right]), before[cluster])
        for before, after in rows
    }


def recipe_runs(tuned):
    """Recipes that were trained with several seeds: their finished adapters at full scale, by seed."""
    by_source = {}
    for answers in tuned:
        origin = answers["origin"]
        if "seed" in origin and "checkpoint" not in origin and origin.get("scale") == 1:
            by_source.setdefault(origin["source"], {})[origin["seed"]] = answers
    return {recipe: runs for recipe, runs in by_source.items() if len(runs) > 1}


def over_seeds(base, recipes):
    """Each recipe against the base model."""
    return [
        {
            "recipe": recipe,
            "seeds": list(runs),
            "changes": _over_seeds([(base, run) for run in runs.values()]),
        }
        for recipe, runs in recipes.items()
    ]


def seed_pairs(recipes):
    """Each recipe against each one before it, trainings of one seed paired; Holm over all pairs."""
    found = []
    names = list(recipes)
    for i, against in enumerate(names):
        for recipe in names[i + 1 :]:
            seeds = [seed for seed in recipes[against] if seed in recipes[recipe]]
            if len(seeds) < 2:
                continue
            runs = [(recipes[against][seed], recipes[recipe][seed]) for seed in seeds]
            changes = _over_seeds(runs)
            found.append(
                {"recipe": recipe, "against": against, "seeds": seeds, "changes": changes}
            )
    for pair in found:
        pair["adjustedP"] = {}
    for gauge in GAUGES:
        known = [pair for pair in found if gauge in pair["changes"]]
        adjusted = holm([pair["changes"][gauge]["verdict"]["pValue"] for pair in known])
        for pair, p in zip(known, adjusted, strict=True):
            pair["adjustedP"][gauge] = p
    return found


def _over_seeds(runs):
    """By gauge; `runs`: of each seed what its changes are counted from, and its adapter's answers."""
    changes = {}
    for gauge in GAUGES:
        rows = [_item_changes(before, after, gauge) for before, after in runs]
        items = list(rows[0])
        if len(items) > 1:
            better = "lower" if gauge == "prose" else "higher"
            # an item is the same one in every seed, in whatever order a seed's answers lie
            changes[gauge] = _crossed(
                [[row[item][0] for item in items] for row in rows],
                [rows[0][item][1] for item in items],
                better,
            )
    return changes


def _crossed(changes, clusters, better):
    """Seeds and items as random effects, one observation a cell (Searle et al. 1992, chapter 4)."""
    s, n = len(changes), len(changes[0])
    cells = s * n
    mean = math.fsum(value for row in changes for value in row) / cells
    seed_means = [math.fsum(row) / n for row in changes]
    item_means = [math.fsum(row[i] for row in changes) / s for i in range(n)]
    # sums of squares: of all cells, of seeds, of items, and what is left of the first
    total = math.fsum((value - mean) ** 2 for row in changes for value in row)
    of_seeds = n * math.fsum((value - mean) ** 2 for value in seed_means)
    of_items = s * math.fsum((value - mean) ** 2 for value in item_means)
    seed = of_seeds / (s - 1)
    item = of_items / (n - 1)
    rest = (total - of_seeds - of_items) / ((s - 1) * (n - 1))
    if rest < 1e-12 * (seed + item):
        rest = 0.0

    def satterthwaite(item_variance, item_degrees):
        parts = [
            (seed / cells, s - 1),
            (-rest / cells, (s - 1) * (n - 1)),
            (item_variance, item_degrees),
        ]
        variance = sum(part for part, _ in parts)
        spread = sum(part**2 / degrees for part, degrees in parts)
        return variance, variance**2 / spread if spread > 0 else s - 1

    def floored(item_variance, item_degrees):
        variance, degrees = satterthwaite(item_variance, item_degrees)
        # equal to rounding: the floor holds
        if variance > item_variance * (1 + 1e-9):
            return {"stderr": math.sqrt(variance), "degrees": degrees}
        return {"stderr": math.sqrt(item_variance), "degrees": item_degrees}

    variance, degrees = satterthwaite(item / cells, n - 1)
    evidence = {
        "kind": "mean",
        "n": n,
        "difference": mean,
        "better": better,
        "plain": floored(item / cells, n - 1),
    }
    spread = cr2(item_means, clusters)
    if spread:
        own = floored(spread["stderr"] ** 2, spread["degrees"])
        evidence["clustered"] = {"clusters": spread["clusters"], **own}
    found = {
        "seeds": s,
        "items": n,
        "mean": mean,
        "meanSquares": {"seed": seed, "item": item, "rest": rest},
        "varSeed": max(0.0, (seed - rest) / n),
        "varItem": max(0.0, (item - rest) / s),
        "varMean": variance,
        "degrees": degrees,
        "varConservative": (item + seed) / cells,
        "evidence": evidence,
        "speaksOfRecipe": s >= SEEDS_OF_A_RECIPE,
        "verdict": verdict(evidence),
    }
    wider = both_intervals(evidence)[2]
    return {**found, "ci95": list(wider)} if wider else found


def _pearson(x, y):
    n = len(x)
    mx, my = math.fsum(x) / n, math.fsum(y) / n
    xx = math.fsum((a - mx) ** 2 for a in x)
    yy = math.fsum((b - my) ** 2 for b in y)
    if n < 2 or xx == 0 or yy == 0:
        return None
    xy = math.fsum((a - mx) * (b - my) for a, b in zip(x, y))
    return max(-1.0, min(1.0, xy / math.sqrt(xx * yy)))


def _ranks(values):
    return [
        1 + sum(1 for other in values if other < value) + (values.count(value) - 1) / 2
        for value in values
    ]


def correlation(x, y, groups):
    """Pearson's and Spearman's coefficients with Fisher's interval and a jackknife over groups."""

    def coefficient(ranked):
        def r_of(keep):
            a, b = [x[i] for i in keep], [y[i] for i in keep]
            return _pearson(_ranks(a), _ranks(b)) if ranked else _pearson(a, b)

        def bent(r, n):
            most = 1 - 6 / (n**3 - n) if ranked else 1 - 1e-12
            return math.atanh(max(-most, min(most, r)))

        n = len(x)
        r = r_of(range(n))
        if r is None:
            return None
        names = list(dict.fromkeys(groups))
        if n < 4 or len(names) < 3:
            return {"r": r}
        left_out = []
        for name in names:
            keep = [i for i in range(n) if groups[i] != name]
            without = r_of(keep)
            if without is None:
                return {"r": r}
            left_out.append(bent(without, len(keep)))
        mean = math.fsum(left_out) / len(names)
        squares = math.fsum((value - mean) ** 2 for value in left_out)
        jackknife = math.sqrt((len(names) - 1) / len(names) * squares)
        fisher = math.sqrt((1 + r * r / 2 if ranked else 1) / (n - 3))
        half = max(
            normal_quantile(0.975) * fisher,
            student_quantile(0.975, len(names) - 1) * jackknife,
        )
        center = bent(r, n)
        return {
            "r": r,
            "ci95": [min(r, math.tanh(center - half)), max(r, math.tanh(center + half))],
        }

    found = {"pearson": coefficient(False), "spearman": coefficient(True)}
    if None in found.values():
        return None
    return {"n": len(x), "groups": len(set(groups)), **found}


def prose_and_mmlu(compared):
    """How general text goes with multiple choice, over three variants or more."""
    both = []
    for _, answers, comparison in compared:
        prose, mmlu = overall(comparison, "prose"), overall(comparison, "mmlu")
        if prose and mmlu:
            changes = prose["evidence"]["difference"], mmlu["evidence"]["difference"]
            both.append((*changes, answers["origin"]["source"]))
    return correlation(*map(list, zip(*both))) if len(both) > 2 else None
