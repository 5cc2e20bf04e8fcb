"""The plan of a study and the rule of its recommendation, as STATISTICS.md words them."""

import hashlib
import math

from changes import better_up, both_intervals, score_evidence, verdict
from comparisons import paired
from distributions import normal_quantile

# with fewer databases on the confirm half nothing is recommended
DATABASES_OF_A_HALF = 3

# the rule of three: with no flip in n, the share of flips may still be 3 / n
FEWEST_FLIPS = 3

# what is planned with: shares of items that flip, deviations of a passage's change (nats a token)
FLIP_SHARES = (0.05, 0.1, 0.15, 0.2)
PROSE_DEVIATIONS = (0.02, 0.05, 0.1)
DESIGN_EFFECTS = (1, 2)


def required_items(variance, delta, level, difference=0.0, effect=1.0):
    """`(z(1 - level) + z(0.8))^2 (s - d^2) / (delta + d)^2` times the design effect, rounded up."""
    quantiles = normal_quantile(1 - level) + normal_quantile(0.8)
    left = max(0.0, variance - difference**2)
    return max(1, math.ceil(quantiles**2 * left / (delta + difference) ** 2 * effect))


def halves_of(databases, seed):
    """Databases by the SHA-256 of "SEED:id": 1st, 3rd ... to choose by, others to confirm on."""
    order = sorted(
        set(databases), key=lambda name: hashlib.sha256(f"{seed}:{name}".encode()).hexdigest()
    )
    return {"choose": order[0::2], "confirm": order[1::2]}


def plan_of(stored, config, variants, databases):
    """The plan that config, variants and the questions' databases make.

    A path is a recipe and checkpoint of the first seed, an adapter or a model; scales ascend. Where
    earlier checkpoints are a curve alone, they are steps of no path.
    The primary variants are the first seed's finished adapters at full scale.
    """
    gauge, delta, alpha = (stored[key] for key in ("gauge", "delta", "alpha"))
    curve = config["sweep"].get("earlier") == "curve"
    paths = {}
    for variant in variants:
        origin = variant["origin"]
        if curve and "checkpoint" in origin:
            continue
        if origin.get("seed", config["seed"]) == config["seed"]:
            scaled = origin.get("scale", 1) != 1
            name = variant["name"].rsplit("@", 1)[0] if scaled else variant["name"]
            paths.setdefault(name, []).append((origin.get("scale", 1), variant["name"]))
    level = alpha / max(1, len(paths))
    spreads = FLIP_SHARES if gauge == "mmlu" else [spread**2 for spread in PROSE_DEVIATIONS]
    return {
        **{key: config["sweep"][key] for key in ("gauge", "delta", "alpha")},
        "seed": config["seed"],
        "paths": [
            {"name": name, "variants": [variant for _, variant in sorted(steps)]}
            for name, steps in paths.items()
        ],
        "halves": halves_of(databases, config["seed"]),
        "primary": [v["name"] for v in variants if v["name"] == v["origin"]["source"]],
        "needs": [
            {
                "flipShare": spread,
                "designEffect": effect,
                "items": required_items(spread, delta, level, 0.0, effect),
            }
            for spread in spreads
            for effect in DESIGN_EFFECTS
        ],
    }


def _lower_bound(evidence, level):
    wider = both_intervals(better_up(evidence), 1 - 2 * level)[2]
    return wider[0] if wider else -math.inf


def _variance_of_a_pair(evidence):
    if evidence["kind"] == "score":
        return (evidence["gained"] + evidence["lost"]) / evidence["n"]
    return evidence["plain"]["stderr"] ** 2 * evidence["n"]


def _design_effect(evidence):
    if evidence["kind"] == "score":
        plain = (_variance_of_a_pair(evidence) - evidence["difference"] ** 2) / evidence["n"]
    else:
        plain = evidence["plain"]["stderr"] ** 2
    clustered = evidence.get("clustered")
    return max(1.0, clustered["stderr"] ** 2 / plain) if clustered and plain > 0 else 1.0


def _items_for_a_first_step(evidences, delta, level):
    """The fewest items that one of the first steps needs, if it loses what it was seen to lose."""
    needed = []
    for evidence in evidences:
        lost = min(0.0, better_up(evidence)["difference"])
        variance = _variance_of_a_pair(evidence)
        least = 0
        if evidence["kind"] == "score":
            variance = max(variance, min(1.0, FEWEST_FLIPS / evidence["n"]))
            # not one flip leaves a loss of z^2 / (n + z^2) open
            least = math.ceil(normal_quantile(1 - level) ** 2 * (1 - delta) / delta)
        if lost <= -delta or variance == 0:
            continue
        effect = _design_effect(evidence)
        needed.append(max(least, required_items(variance, delta, level, lost, effect)))
    return min(needed) if needed else None


def recommendation(plan, base, tuned, knowledge):
    """The variant to recommend, or why there is none.

    Climb each path while both lower bounds are above `-delta` at `alpha / paths`; take the best of
    those that passed on one half of the databases; report its gain from the other half.

    `knowledge` is the evidence of each variant's change of what is known, by name. Returns `None`
    where a variant of a path, the gauge or text-to-SQL was not asked.
    """
    level = plan["alpha"] / max(1, len(plan["paths"]))
    steps_of = [path["variants"] for path in plan["paths"]]
    names = [name for steps in steps_of for name in steps]
    if not names or not base["verdicts"] or any(knowledge.get(name) is None for name in names):
        return None
    by_name = {answers["name"]: answers for answers in tuned}
    paths, passed = [], []
    for path in plan["paths"]:
        going, steps = True, []
        for name in path["variants"]:
            step = {"variant": name, "tested": going, "passed": False}
            if going:
                bound = _lower_bound(knowledge[name], level)
                going = step["passed"] = bound > -plan["delta"]
                if math.isfinite(bound):
                    step["worst"] = bound * (-1 if knowledge[name].get("better") == "lower" else 1)
            steps.append(step)
        paths.append({"name": path["name"], "steps": steps})
        passed += [step["variant"] for step in steps if step["passed"]]
    halves = halves_of([row["dbId"] for row in base["verdicts"]], plan["seed"])

    def on(half, name):
        rows = paired(base["verdicts"], by_name[name]["verdicts"])
        return [pair for pair in rows if pair[0]["dbId"] in halves[half]]

    scored = []
    for name in passed:
        rows = on("choose", name)
        right = sum(1 for _, after in rows if after["official"])
        scored.append({"variant": name, "right": right, "n": len(rows)})
    found = {"level": level, "halves": halves, "paths": paths, "passed": scored}
    if not passed:
        first = [knowledge[steps[0]] for steps in steps_of]
        needed = _items_for_a_first_step(first, plan["delta"], level)
        return {"outcome": "none_passed", **found, **_needed(needed)}
    if len(halves["confirm"]) < DATABASES_OF_A_HALF:
        return {"outcome": "too_few_databases", **found}
    best = max(score["right"] for score in scored)
    chosen = next(score["variant"] for score in scored if score["right"] == best)

    def change_on(half):
        rows = on(half, chosen)
        return score_evidence(
            [before["official"] for before, _ in rows],
            [after["official"] for _, after in rows],
            [before["dbId"] for before, _ in rows],
        )

    gain = verdict(change_on("confirm"))
    found = {**found, "chosen": chosen, "gain": gain}
    if gain["outcome"] == "gain":
        return {"outcome": "recommended", **found}
    shown = change_on("choose")
    needed = None
    if shown["difference"] > 0:
        variance, effect = _variance_of_a_pair(shown), _design_effect(shown)
        needed = required_items(variance, 0.0, 0.025, shown["difference"], effect)
    return {"outcome": "not_confirmed", **found, **_needed(needed)}


def _needed(items):
    return {} if items is None else {"neededExamples": items}
