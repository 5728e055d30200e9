"""From a pose track to events, steps, quality and measures. Pure numpy and scipy: no video, no clock, no screen."""
