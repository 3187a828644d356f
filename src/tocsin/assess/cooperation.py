"""Whether a track is established as cooperative: a claim, checked, never a proof.

Of its latest detections (ten at most: a memory of about a minute) a share carried a transponder
or a broadcast. Radars miss a real transponder now and then, and a plot of a neighbour may be
taken for the track's own, so the count is weighed by Bayes between two binomials.
"""

from math import exp, log

from tocsin.model.track import Track

ANSWERS_PROB = 0.9
"""A detection of a thing with a working transponder carries its answer."""
STRAY_PROB = 0.03
"""A detection of a thing without one seems to carry an answer (a neighbour's, a false claim)."""
LATEST = 10
"""Detections that are counted."""
_ANSWER_NATS = log(ANSWERS_PROB / STRAY_PROB)
_SILENCE_NATS = log((1.0 - STRAY_PROB) / (1.0 - ANSWERS_PROB))
CONFLICT_S = 30.0
"""A claim contradicted by movement for this long counts for nothing."""
CONFLICT_NONCOOPERATIVE_PROB = 0.9
"""What is then believed: not certainty, because the contradiction may be the sensor's fault."""


def noncooperative_prob(track: Track, *, conflict_s: float) -> float:
    """Return the probability that the track is not a cooperating aircraft.

    Args:
        track: The track as it is now.
        conflict_s: For how long its identity has been contradicted; 0 where it is not.

    Returns:
        Probability in 0..1; even odds before anything is known.
    """
    claimed_prob = _counted_prob(track)
    weight = min(1.0, conflict_s / CONFLICT_S)
    return claimed_prob + weight * max(0.0, CONFLICT_NONCOOPERATIVE_PROB - claimed_prob)


def _counted_prob(track: Track) -> float:
    """Weigh the share of answers among the latest detections, prior odds 1:1."""
    looks = min(track.updates, LATEST)
    answered = looks * min(max(track.cooperative_prob, 0.0), 1.0)
    silent = looks - answered
    return 1.0 / (1.0 + exp(answered * _ANSWER_NATS - silent * _SILENCE_NATS))
