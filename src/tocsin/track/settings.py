"""What a site may say about tracking. One set of defaults serves every scene and recording."""

import msgspec


class TrackSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Motion, birth and report settings of the fused picture."""

    process_noise_m2ps3: float = 0.1
    """NCV power spectral density per axis of steady flight, at `reference_speed_mps`."""
    manoeuvre_noise_m2ps3: float = 25.0
    """The same of the manoeuvring model."""
    reference_speed_mps: float = 50.0
    """Both noises grow with speed over this: a turn at a given rate accelerates in proportion."""
    manoeuvre_begins_per_s: float = 0.0002
    """Rate of going over to the manoeuvring model before anything is learned (0.0008 per 4 s)."""
    manoeuvre_ends_per_s: float = 0.015
    """Rate of coming back (a manoeuvre lasts about a minute)."""
    least_manoeuvre_begins_per_s: float = 0.00003
    """What is learned from straight traffic never makes a deflection rarer than this."""
    mean_life_s: float = 4000.0
    """Mean time that a target stays before it is gone without notice (0.999 a 4 s scan)."""
    mean_in_sight_s: float = 20_000.0
    """Mean time until a target goes out of sight (behind a hill, into a notch),"""
    mean_in_sight_surface_s: float = 1000.0
    """The same for a surface radar: stands, buildings and other aircraft hide what taxis."""
    mean_out_of_sight_s: float = 60.0
    """and until it is seen again: misses in a row are one event, not many."""
    slow_speed_sigma_mps: float = 36.0
    """Velocity prior per axis of a new target without a transponder."""
    fast_speed_sigma_mps: float = 160.0
    """Velocity prior per axis of a new target with a transponder, and of the rare fast other."""
    births_per_look: float = 0.3
    """New targets expected in one look at the whole coverage before anything is learned."""
    fast_share: float = 0.02
    """Share of new targets without a transponder that may be fast."""
    least_birth_prob: float = 1e-5
    """Plots that are new targets with less probability start nothing."""
    least_odds_ratio: float = 1e-3
    """Associations with smaller odds against the background are not followed up."""
    gate_sigma: float = 3.7
    """Half-width of the association gate in standard deviations of the innovation."""
    same_state_sigma: float = 2.5
    """Components that share a plot and are no further apart than this are one."""
    same_target_sigma: float = 4.0
    """Tracks that no sensor ever saw at once and that are no further apart are one target."""
    confirm_prob: float = 0.75
    """A track is shown once its existence probability passes this,"""
    confirm_pair_prob: float = 0.95
    """with only two detections not below this (their velocity is not tested yet),"""
    hide_prob: float = 0.7
    """shown as lost when it falls below this,"""
    show_again_prob: float = 0.85
    """a lost one is shown again above this,"""
    fade_ratio: float = 0.05
    """a tentative one is forgotten at this share of what it began with,"""
    drop_prob: float = 1e-4
    """and a shown one below this: until then it can come back under its old number."""
    coast_s: float = 75.0
    """A track without an update for so long is forgotten, whatever its existence probability."""
    vague_sigma_m: float = 1000.0
    """Nor is it followed when its place is less sure than this per axis: what appears then is a
    track of its own."""
    late_window_s: float = 15.0
    """Data so late still gives exactly the picture that on-time data would have given."""
