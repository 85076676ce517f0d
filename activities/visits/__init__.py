"""Field visits: planned in a short way, checked in on the spot, reported, followed up."""
