"""Reads the answers that a study has stored, and checks that they agree with themselves."""

import json
import os
import random

import pyarrow.parquet

KINDS = ("verdicts", "letters", "prose")

# half of the last decimal that is kept of log-probabilities and nats
HALF_DECIMAL = 0.5e-4

# of log-probabilities in the compact form, which are single-precision numbers
HALF_DECIMAL_PARQUET = 0.5e-2 + 2e-6

# options of a question of which no variant's log-probabilities were kept: MMLU's
OPTIONS = 4


class UsageError(Exception):
    """Wrong input, data or environment: one line, exit 2."""


def read_summary(folder):
    """The `summary.json` of a study's folder."""
    path = os.path.join(folder, "summary.json")
    try:
        with open(path, encoding="utf-8") as file:
            summary = json.load(file)
    except (OSError, ValueError) as error:
        raise UsageError(f"Cannot read {path}: {error}") from error
    version = summary.get("schemaVersion") if isinstance(summary, dict) else None
    if version != 2:
        raise UsageError(f"Cannot check {path}: its form is {version}, and 2 is read: run it again")
    return summary


def _rows(folder, name):
    """Rows of one kind of answers, and whether they are in the compact form."""
    path = os.path.join(folder, name)
    try:
        if os.path.exists(f"{path}.jsonl"):
            with open(f"{path}.jsonl", encoding="utf-8") as file:
                return [json.loads(line) for line in file if line.strip()], False
        if os.path.exists(f"{path}.parquet"):
            rows = pyarrow.parquet.read_table(f"{path}.parquet").to_pylist()
            return [_without_gaps(row) for row in rows], True
    except (OSError, ValueError) as error:
        raise UsageError(f"Cannot read {path}: {error}") from error
    raise UsageError(f"Cannot check {folder}: it has neither {name}.jsonl nor {name}.parquet")


def _without_gaps(row):
    """A row of the compact form: gaps are left out, -1 is a written answer without a letter."""
    kept = {key: value for key, value in row.items() if value is not None}
    return {**kept, "written": None} if kept.get("written") == -1 else kept


def read_answers(folder, summary):
    """The answers of each variant of a summary, in its order, and whether letters are compact.

    Each has `name`, `origin`, `verdicts`, `byShots`, `letters` and `prose`.
    """
    kinds, compact = {}, {}
    for name in KINDS:
        kinds[name], compact[name] = _rows(folder, name)
    variants = {}
    for variant in summary["variants"]:
        name, origin = variant["name"], variant["origin"]
        empty = {"verdicts": [], "byShots": {}, "letters": [], "prose": []}
        variants[name] = {"name": name, "origin": origin, **empty}
    for kind, rows in kinds.items():
        for row in rows:
            if row["variant"] not in variants:
                raise UsageError(f"Cannot check {folder}: {kind} of no variant: {row['variant']}")
            own = variants[row["variant"]]
            if "shots" in row:
                own["byShots"].setdefault(row["shots"], []).append(row)
            else:
                own[kind].append(row)
    _count_options(variants.values())
    _check_pairs(folder, list(variants.values()))
    return list(variants.values()), compact["letters"]


def _count_options(variants):
    """Gives each letter its question's number of options, from any variant that has it."""
    options = {}
    for answers in variants:
        for row in answers["letters"]:
            if "logProbs" in row:
                options[row["id"]] = len(row["logProbs"])
    for answers in variants:
        for row in answers["letters"]:
            row["options"] = options.get(row["id"], OPTIONS)


def _check_pairs(folder, variants):
    """Refuses variants that did not answer the same examples, each once."""
    base = variants[0]
    for answers in variants:
        lists = [(kind, answers[kind], base[kind]) for kind in KINDS]
        for shots, rows in answers["byShots"].items():
            lists.append((f"{shots}-shot verdicts", rows, base["byShots"].get(shots, [])))
        for kind, rows, others in lists:
            ids = [row["id"] for row in rows]
            if len(set(ids)) == len(ids) and set(ids) == {row["id"] for row in others}:
                continue
            name = answers["name"]
            raise UsageError(f"Cannot check {folder}: {kind} of {name} are not those of the base")


def contradictions(variants, compact):
    """Stored answers that disagree with themselves, one line each."""
    near = 2 * (HALF_DECIMAL_PARQUET if compact else HALF_DECIMAL)
    for answers in variants:
        for rows in (answers["verdicts"], *answers["byShots"].values()):
            for row in rows:
                if row["official"] != (row["status"] == "match"):
                    place = f"{row['variant']} {row['id']}"
                    yield f"{place}: official {row['official']}, but {row['status']}"
        for row in answers["letters"]:
            place = f"{row['variant']} {row['id']}"
            if row["correct"] != (row["chosen"] == row["answer"]):
                letters = f"chosen {row['chosen']}, right {row['answer']}"
                yield f"{place}: correct {row['correct']}, but {letters}"
            values = row.get("logProbs")
            if values and max(values) - values[row["chosen"]] > near:
                yield f"{place}: chosen {row['chosen']} is not the likeliest letter"


def unrounded(variants, compact, seed):
    """The answers with the decimals that were rounded off put back at random.

    Of odd seeds each is as far off as rounding allows: what is as near to a bin's edge as that goes
    over it in a quarter of such rounds and more, and of evenly spread ones in few.
    """
    rng = random.Random(seed)
    half = HALF_DECIMAL_PARQUET if compact else HALF_DECIMAL

    def off(most):
        return rng.choice((-most, most)) if seed % 2 else rng.uniform(-most, most)

    def letter(row):
        if "logProbs" not in row:
            return row
        return {**row, "logProbs": [v + off(half) for v in row["logProbs"]]}

    def passage(row):
        return {**row, "nats": max(0.0, row["nats"] + off(HALF_DECIMAL))}

    return [
        {
            **answers,
            "letters": [letter(row) for row in answers["letters"]],
            "prose": [passage(row) for row in answers["prose"]],
        }
        for answers in variants
    ]
