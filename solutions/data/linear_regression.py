"""Writes solutions/data/linear_regression/homes.csv: sixty flats that a bank has lent on, all of them made up.

    size       floor area in square metres, 35 to 150
    age        years since it was built, 0 to 80
    distance   kilometres to the centre, 0.5 to 18
    region     0, 1 or 2
    price      in thousand euros: 90 + 3.1 a square metre - 0.9 a year of age - 5.5 a kilometre, plus 0, 25 or 60 by
               region, plus noise with a standard deviation of 22; the rows stand in order of the sale

Run it to write the file again; the same numbers come out.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

HEADER = "size,age,distance,region,price"


def homes() -> str:
    """Return the file's text."""
    rng = np.random.default_rng(515)
    size = rng.uniform(35, 150, 60).round()
    age = rng.integers(0, 81, 60)
    distance = rng.uniform(0.5, 18, 60).round(1)
    region = rng.choice(3, 60, p=[0.5, 0.3, 0.2])
    price = 90 + 3.1 * size - 0.9 * age - 5.5 * distance + np.array([0, 25, 60])[region] + rng.normal(0, 22, 60)
    rows = zip(size, age, distance, region, price.round(), strict=True)
    lines = [f"{s:.0f},{a},{d:.1f},{r},{p:.0f}" for s, a, d, r, p in rows]
    return "\n".join([HEADER, *lines]) + "\n"


if __name__ == "__main__":
    target = Path(__file__).parent / "linear_regression" / "homes.csv"
    target.parent.mkdir(exist_ok=True)
    target.write_text(homes(), encoding="utf-8")
