"""Stone Soup's KD-tree GNN tracker on a scene, run scan by scan on request.

Runs in the peers' environment, never in ours. Usage: gnn_stonesoup.py SCENE.npz OUT.npz; each
line on standard input is a number of scans to run now, each answer one JSON line
`{"cpu_s": [...]}`; at the end of input the reported tracks are written to OUT.npz.

Settings are the best ones found on n50_c200: 4 points to confirm, 3 misses to delete, nearly
constant velocity with q = 0.1 m2/s3, trees limited to 300 m (tracks) and 700 m (initiator).
"""

import datetime as dt
import json
import sys
import time
from collections.abc import Iterator

import numpy as np
from stonesoup.dataassociator.tree import DetectionKDTreeGNN2D
from stonesoup.deleter.time import UpdateTimeStepsDeleter
from stonesoup.hypothesiser.distance import DistanceHypothesiser
from stonesoup.initiator.simple import MultiMeasurementInitiator
from stonesoup.measures import Mahalanobis
from stonesoup.models.measurement.linear import LinearGaussian
from stonesoup.models.transition.linear import (
    CombinedLinearGaussianTransitionModel,
    ConstantVelocity,
)
from stonesoup.predictor.kalman import KalmanPredictor
from stonesoup.tracker.simple import MultiTargetTracker
from stonesoup.types.detection import Detection
from stonesoup.types.state import GaussianState
from stonesoup.updater.kalman import KalmanUpdater

Scan = tuple[dt.datetime, set[Detection]]
NOISE_M2PS3, GATE_SIGMA = 0.1, 3.5
TRACK_REACH_M, START_REACH_M = 300.0, 700.0
POINTS_TO_CONFIRM, MISSES_TO_DELETE = 4, 3
START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC).replace(tzinfo=None)


def tracker_of(scans: Iterator[Scan], model: LinearGaussian, speed_sigma_mps: float):
    motion = CombinedLinearGaussianTransitionModel([ConstantVelocity(NOISE_M2PS3)] * 2)
    predictor, updater = KalmanPredictor(motion), KalmanUpdater(model)
    near = DistanceHypothesiser(predictor, updater, Mahalanobis(), missed_distance=GATE_SIGMA)
    deleter = UpdateTimeStepsDeleter(MISSES_TO_DELETE)
    prior = GaussianState(
        np.zeros((4, 1)), np.diag([0.0, speed_sigma_mps**2, 0.0, speed_sigma_mps**2])
    )
    initiator = MultiMeasurementInitiator(
        prior_state=prior,
        deleter=deleter,
        data_associator=DetectionKDTreeGNN2D(near, predictor, updater, max_distance=START_REACH_M),
        updater=updater,
        measurement_model=model,
        min_points=POINTS_TO_CONFIRM,
    )
    return MultiTargetTracker(
        initiator=initiator,
        deleter=deleter,
        detector=scans,
        data_associator=DetectionKDTreeGNN2D(near, predictor, updater, max_distance=TRACK_REACH_M),
        updater=updater,
    )


def scans_of(plots: np.ndarray, meta: dict, model: LinearGaussian) -> list[Scan]:
    found = []
    for scan in range(int(meta["scans"])):
        at = START + dt.timedelta(seconds=scan * float(meta["T"]))
        rows = plots[plots[:, 0] == scan]
        found.append(
            (at, {Detection(r[2:4, None], timestamp=at, measurement_model=model) for r in rows})
        )
    return found


def main(scene: str, out: str) -> None:
    with np.load(scene) as data:
        plots, meta = data["plots"], json.loads(str(data["meta"]))
    model = LinearGaussian(4, (0, 2), np.eye(2) * float(meta["sigma"]) ** 2)
    tracker = tracker_of(iter(scans_of(plots, meta, model)), model, speed_sigma_mps=30.0)
    steps = iter(tracker)
    reports, number_of, scan = [], {}, 0
    for line in sys.stdin:
        cpu_s = []
        for _ in range(int(line)):
            begun = time.process_time()
            _, tracks = next(steps)
            cpu_s.append(time.process_time() - begun)
            for track in tracks:
                label = number_of.setdefault(track.id, len(number_of) + 1)
                state = track.state
                reports.append([scan, label, *state.state_vector.ravel(), *state.covar.ravel()])
            scan += 1
        print(json.dumps({"cpu_s": cpu_s}), flush=True)
    np.savez(out, reports=np.array(reports, dtype=np.float64).reshape(-1, 22))


if __name__ == "__main__":
    main(*sys.argv[1:])
