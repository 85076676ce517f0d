"""Service tickets: sorted by their words, sent to a service point with a place free, closed with a score."""
