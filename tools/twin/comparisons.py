"""Two variants on the same examples, pair by pair."""

from changes import (
    both_intervals,
    change_above_chance,
    flip_table,
    mean_change,
    mean_evidence,
    score_change,
    score_evidence,
    verdict,
)
from letters import brier, right_probability
from scores import (
    LEVELS,
    READINGS,
    UNKNOWN,
    chance_of,
    have_log_probs,
    nats_per_token,
    prior_free_right,
    runs,
)


def paired(base, tuned):
    """Pairs of rows with the same id, in the order of the first."""
    by_id = {row["id"]: row for row in tuned}
    return [(row, by_id[row["id"]]) for row in base]


def _compare(pairs, is_right, cluster, delta=None):
    return score_change(
        [is_right(before) for before, _ in pairs],
        [is_right(after) for _, after in pairs],
        [before[cluster] for before, _ in pairs],
        delta,
    )


def outcome(row):
    """What a statement came to in one word."""
    if row["official"]:
        return "right"
    if row["status"] in ("mismatch", "sql_error"):
        return row.get("errorClass", row["status"])
    return row["status"]


def _official(row):
    return row["official"]


def _compare_sql(base, tuned):
    pairs = paired(base["verdicts"], tuned["verdicts"])
    by_level = {l: [pair for pair in pairs if pair[0]["hardness"] == l] for l in LEVELS}
    found = {
        "overall": {r: _compare(pairs, lambda row, r=r: row[r], "dbId") for r in READINGS},
        "byHardness": {l: _compare(of, _official, "dbId") for l, of in by_level.items() if of},
        "runs": _compare(pairs, runs, "dbId"),
        "flips": flip_table(
            [(outcome(b), outcome(t), b["official"], t["official"]) for b, t in pairs]
        ),
    }
    shots = [count for count in base["byShots"] if count in tuned["byShots"]]
    if shots:
        found["byShots"] = {
            str(s): _compare(paired(base["byShots"][s], tuned["byShots"][s]), _official, "dbId")
            for s in shots
        }
    return found


def _correct(row):
    return row["correct"]


def _compare_mmlu(base, tuned, delta):
    pairs = paired(base["letters"], tuned["letters"])
    categories = list(dict.fromkeys(before["category"] for before, _ in pairs))
    befores, afters = [before for before, _ in pairs], [after for _, after in pairs]
    known = have_log_probs(befores) and have_log_probs(afters)
    subjects = [before["subject"] for before in befores]
    return {
        "overall": _compare(pairs, _correct, "subject", delta),
        "byCategory": {
            c: _compare([pair for pair in pairs if pair[0]["category"] == c], _correct, "subject")
            for c in categories
        },
        "aboveChance": change_above_chance(
            [row["correct"] for row in befores],
            [row["correct"] for row in afters],
            subjects,
            chance_of(befores),
        ),
        "letters": _compare_letters(pairs, befores, afters, subjects) if known else UNKNOWN,
    }


def _compare_letters(pairs, befores, afters, subjects):
    free = [prior_free_right(befores), prior_free_right(afters)]
    raw = [[row["correct"] for row in befores], [row["correct"] for row in afters]]
    prior_free = score_evidence(*free, subjects)
    habits = [[int(a) - int(b) for a, b in zip(*side)] for side in zip(raw, free)]
    habit = mean_evidence(*habits, subjects, "higher")
    wider = both_intervals(habit)[2]
    words = [verdict(score_evidence(*raw, subjects))["outcome"], verdict(prior_free)["outcome"]]

    def of_means(measure, better):
        sides = [[measure(r["logProbs"], r["answer"]) for r in rows] for rows in (befores, afters)]
        return mean_change(*sides, subjects, better)

    letter = "ABCDEFGHIJ"
    moves = [
        (letter[b["chosen"]], letter[t["chosen"]], b["correct"], t["correct"]) for b, t in pairs
    ]
    found = {
        "flips": flip_table(moves),
        "priorFree": {"evidence": prior_free, "verdict": verdict(prior_free)},
        "habit": {"evidence": habit, "verdict": verdict(habit)},
        "habitShown": wider is not None and (wider[0] > 0 or wider[1] < 0),
        "disagree": words[0] != words[1],
        "rightProbability": of_means(right_probability, "higher"),
        "brier": of_means(brier, "lower"),
    }
    asked = [pair for pair in pairs if all("written" in row for row in pair)]
    if asked:
        found["written"] = _compare(asked, lambda row: row["written"] == row["answer"], "subject")
    return found


def _compare_prose(base, tuned, delta):
    pairs = paired(base["prose"], tuned["prose"])

    def within(of, delta):
        return mean_change(
            [nats_per_token(before) for before, _ in of],
            [nats_per_token(after) for _, after in of],
            [before["topic"] for before, _ in of],
            "lower",
            delta,
        )

    kinds = dict.fromkeys(before["kind"] for before, _ in pairs)
    by_kind = {k: within([pair for pair in pairs if pair[0]["kind"] == k], None) for k in kinds}
    return {
        "overall": within(pairs, delta),
        "byKind": {kind: change for kind, change in by_kind.items() if change is not None},
    }


def compare(base, tuned, plan):
    """A variant against another one, on each measure that was asked."""
    delta = {plan["gauge"]: plan["delta"]}
    found = {}
    if base["verdicts"]:
        found["sql"] = _compare_sql(base, tuned)
    if base["letters"]:
        found["mmlu"] = _compare_mmlu(base, tuned, delta.get("mmlu"))
    if len(base["prose"]) > 1:
        found["prose"] = _compare_prose(base, tuned, delta.get("prose"))
    return found
