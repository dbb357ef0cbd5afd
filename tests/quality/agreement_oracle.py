"""Runs in the environment of other packages: what they make of tables of answers (people × items, -1 none).

    .venv/oracles/bin/python tests/quality/agreement_oracle.py < tables.json

It knows nothing of us.
"""

import json
import sys

import krippendorff
import numpy as np
from sklearn.metrics import cohen_kappa_score

found = []
for answers in json.load(sys.stdin):
    table = np.array(answers, float)
    table[table < 0] = np.nan
    row = {
        level: float(krippendorff.alpha(reliability_data=table, level_of_measurement=level))
        for level in ("nominal", "ordinal", "interval", "ratio")
    }
    for name, weights in (("identity", None), ("linear", "linear"), ("quadratic", "quadratic")):
        row[f"cohen {name}"] = float(cohen_kappa_score(answers[0], answers[1], weights=weights))
    found.append(row)
sys.stdout.write(json.dumps(found))
