"""The model alone: `predict` on the frame in one process, three times. Arguments: rows, cores."""

import sys
import time

from bench.batch.data import many_customers, train_forest
from bench.notebooks import say_figures


def main(rows: int, cores: int) -> None:
    frame = many_customers(rows)
    forest = train_forest(cores)
    seconds, churners = [], 0.0
    for _ in range(3):
        begun = time.perf_counter()
        churners = float(forest.predict(frame).sum())
        seconds.append(time.perf_counter() - begun)
    say_figures(first=seconds[0], second=seconds[1], third=seconds[2], churners=churners)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
