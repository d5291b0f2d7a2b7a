"""MaskMyPy's donut, run by an interpreter of its own: its pins are not ours."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import numpy as np

_SCRIPT = """
import json, sys, warnings
warnings.simplefilter("ignore")
import geopandas as gpd, numpy as np, shapely
from maskmypy import donut
asked = json.load(sys.stdin)
sites = gpd.GeoDataFrame(geometry=shapely.points(np.array(asked["xy"])), crs=asked["epsg"])
weeks = [
    shapely.get_coordinates(
        donut(sites, asked["low"], asked["high"], seed=week).geometry.to_numpy()
    ).tolist()
    for week in range(asked["weeks"])
]
json.dump(weeks, sys.stdout)
"""


def maskmypy_donut(
    python: Path, xy: np.ndarray, epsg: int, low_m: float, high_m: float, weeks: int
) -> np.ndarray | str:
    """(sites, weeks, 2) places of a donut mask drawn afresh each week; else why there are none."""
    asked = {"xy": xy.tolist(), "epsg": epsg, "low": low_m, "high": high_m, "weeks": weeks}
    try:
        done = subprocess.run(
            [str(python), "-c", _SCRIPT],
            input=json.dumps(asked),
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"{python.name} could not run it ({type(error).__name__})"
    if done.returncode:
        return (done.stderr.strip().splitlines() or ["it failed"])[-1]
    return np.array(json.loads(done.stdout)).transpose(1, 0, 2)
