"""One person's recordings side by side: what changed by more than the method's own error. See docs/comparison.md."""
