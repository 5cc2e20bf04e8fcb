"""A stand-in for the official script where that is not at hand, written for this project.

    python3 bench/reference_evaluator.py GOLD PRED DATABASES

It works as the official script does (taoyds/test-suite-sql-eval): for every pair and each of its
two statements a new connection and a new event loop, one after the other, and rows compared as
sorted tuples. It leaves out the script's parsing of both statements, its search for a column order
and its handling of DISTINCT, so it does less work, and its count of right answers is its own.
"""

import asyncio
import os
import sqlite3
import sys
from collections import Counter


async def execute(path: str, sql: str) -> list | None:
    connection = sqlite3.connect(path)
    connection.text_factory = lambda value: value.decode(errors="ignore")
    try:
        return connection.execute(sql).fetchall()
    except Exception:
        return None
    finally:
        connection.close()


def run(path: str, sql: str) -> list | None:
    return asyncio.run(asyncio.wait_for(execute(path, sql), 60))


def agree(gold: list, predicted: list | None, ordered: bool) -> bool:
    if predicted is None or len(gold) != len(predicted):
        return False
    rows = [[tuple(sorted(row, key=str)) for row in rows] for rows in (gold, predicted)]
    return rows[0] == rows[1] if ordered else Counter(rows[0]) == Counter(rows[1])


def main(gold_file: str, prediction_file: str, databases: str) -> None:
    right = total = 0
    with open(gold_file, encoding="utf-8") as golds, open(prediction_file, encoding="utf-8") as predictions:
        for line, prediction in zip(golds, predictions, strict=True):
            gold, database = line.rstrip("\n").split("\t")
            path = os.path.join(databases, database, f"{database}.sqlite")
            expected = run(path, gold)
            assert expected is not None, f"the gold fails on {database}: {gold}"
            right += agree(expected, run(path, prediction.strip()), "order by" in gold.lower())
            total += 1
    print(f"{right} right of {total}")


if __name__ == "__main__":
    main(*sys.argv[1:])
