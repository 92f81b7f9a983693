"""A million rows of the Telco churn data, and the forest that scores them."""

from pathlib import Path

import pandas as pd
from sklearn.ensemble import RandomForestClassifier

from bench.batch.table import FEATURES

TREES = 100
CSV = Path(__file__).parents[2] / "examples" / "churn" / "telco_churn.csv"


def read_customers() -> pd.DataFrame:
    """The real customers: numeric features and the label `Churn` as 0 or 1; 7,043 rows."""
    raw = pd.read_csv(CSV)
    raw["TotalCharges"] = pd.to_numeric(raw["TotalCharges"], errors="coerce").fillna(0.0)
    frame = raw[FEATURES].astype("float64")
    return frame.assign(Churn=(raw["Churn"] == "Yes").astype("int64"))


def many_customers(rows: int) -> pd.DataFrame:
    """Features of `rows` customers drawn with replacement, the same ones in each process."""
    return read_customers()[FEATURES].sample(rows, replace=True, random_state=1).reset_index(drop=True)


def train_forest(cores: int) -> RandomForestClassifier:
    """The model of this bench: 100 trees that use `cores` threads."""
    customers = read_customers()
    return RandomForestClassifier(TREES, n_jobs=cores, random_state=0, max_depth=10).fit(
        customers[FEATURES], customers["Churn"]
    )
