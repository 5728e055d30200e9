"""How wrong the measures are: rendered runners whose truth is known go through the real pipeline."""
