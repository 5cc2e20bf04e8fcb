"""The scores of one variant: text-to-SQL, multiple choice, general text."""

import math

from clusters import clustered_accuracy
from distributions import binomial_tail
from intervals import share_of
from letters import (
    brier,
    calibration,
    letter_table,
    prior_free_choices,
    probabilities,
    right_probability,
)

READINGS = ("official", "assignment", "strict")
LEVELS = ("easy", "medium", "hard", "extra")
STATUSES = ("match", "mismatch", "no_sql", "sql_error", "timeout", "too_many_rows")

# with fewer questions there is no calibration
CALIBRATED = 20

# stands for numbers that the files do not hold enough for
UNKNOWN = object()


def _mean(values):
    values = list(values)
    return math.fsum(values) / len(values)


def _clustered(flags, clusters):
    found = clustered_accuracy(flags, clusters)
    return {"clustered": found} if found else {}


def runs(row):
    """Whether a statement came to an end within the limits."""
    return row["status"] in ("match", "mismatch")


def sql_scores(rows):
    """Execution accuracy of one variant's verdicts."""
    official = [row["official"] for row in rows]
    right = sum(official)
    classes = {}
    for row in rows:
        if "errorClass" in row:
            classes[row["errorClass"]] = classes.get(row["errorClass"], 0) + 1

    def readings(of):
        return {reading: share_of([row[reading] for row in of]) for reading in READINGS}

    by_level = {level: [row for row in rows if row["hardness"] == level] for level in LEVELS}
    return {
        "overall": readings(rows),
        "byHardness": {level: readings(of) for level, of in by_level.items() if of},
        "byStatus": {s: sum(1 for row in rows if row["status"] == s) for s in STATUSES},
        "byClass": classes,
        "funnel": {
            "parses": share_of(
                [row["status"] != "no_sql" and row.get("errorClass") != "syntax" for row in rows]
            ),
            "runs": share_of([runs(row) for row in rows]),
            "right": share_of(official),
        },
        "success": right,
        "failure": len(rows) - right,
        "cut": sum(1 for row in rows if row["finishReason"] == "length"),
        "cutInReasoning": sum(1 for row in rows if row.get("cutInReasoning")),
        **_clustered(official, [row["dbId"] for row in rows]),
    }


def chance_of(rows):
    """The accuracy of guessing: the mean of one over the number of options."""
    return _mean(1 / row["options"] for row in rows)


def _choices(rows):
    right = [row["correct"] for row in rows]
    chance = chance_of(rows)
    p_value = binomial_tail(sum(right), len(rows), chance)
    return {
        "accuracy": share_of(right),
        "chance": {"chance": chance, "pValue": p_value, "above": p_value < 0.05},
    }


def mmlu_scores(rows):
    """Multiple-choice accuracy of one variant, and what its log-probabilities say."""
    categories = list(dict.fromkeys(row["category"] for row in rows))
    return {
        "overall": _choices(rows),
        "byCategory": {
            c: _choices([row for row in rows if row["category"] == c]) for c in categories
        },
        "letters": _letters(rows) if have_log_probs(rows) else UNKNOWN,
        **_clustered([row["correct"] for row in rows], [row["subject"] for row in rows]),
    }


def have_log_probs(rows):
    """Whether the log-probabilities of all answers were kept."""
    return all("logProbs" in row for row in rows)


def prior_free_right(rows):
    """Whether each answer is right with the letter prior of all other questions taken off."""
    choices = prior_free_choices([row["logProbs"] for row in rows])
    return [choice == row["answer"] for choice, row in zip(choices, rows)]


def _letters(rows):
    numbers = [row["options"] for row in rows]
    common = min(set(numbers), key=lambda options: (-numbers.count(options), options))
    alike = [row for row in rows if row["options"] == common]
    found = {
        "letters": letter_table(
            [row["chosen"] for row in alike], [row["answer"] for row in alike], common
        ),
        "priorFree": share_of(prior_free_right(rows)),
        "rightProbability": _mean(
            right_probability(row["logProbs"], row["answer"]) for row in rows
        ),
        "brier": _mean(brier(row["logProbs"], row["answer"]) for row in rows),
    }
    if len(rows) >= CALIBRATED:
        confidences = [max(probabilities(row["logProbs"])) for row in rows]
        found["calibration"] = calibration(confidences, [row["correct"] for row in rows])
    asked = [row for row in rows if "written" in row]
    if asked:
        found["written"] = {
            "accuracy": share_of([row["written"] == row["answer"] for row in asked]),
            "byLogProbability": share_of([row["correct"] for row in asked]),
            "noLetter": sum(1 for row in asked if row["written"] is None),
        }
    return found


def nats_per_token(row):
    """A passage's own cross-entropy."""
    return row["nats"] / row["tokens"]


def prose_scores(rows):
    """Cross-entropy of general text, each passage counting the same."""
    kinds = dict.fromkeys(row["kind"] for row in rows)
    return {
        "passages": len(rows),
        "tokens": sum(row["tokens"] for row in rows),
        "nats": _mean(map(nats_per_token, rows)),
        "byKind": {
            kind: _mean(nats_per_token(row) for row in rows if row["kind"] == kind)
            for kind in kinds
        },
    }


def scores(answers):
    """All scores of one variant."""
    found = {}
    if answers["verdicts"]:
        found["sql"] = sql_scores(answers["verdicts"])
    if answers["byShots"]:
        found["sqlByShots"] = {str(s): sql_scores(rows) for s, rows in answers["byShots"].items()}
    if answers["letters"]:
        found["mmlu"] = mmlu_scores(answers["letters"])
    if answers["prose"]:
        found["prose"] = prose_scores(answers["prose"])
    return found
