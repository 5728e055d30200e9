"""The swing of the pelvis from the turning of its picture: each patch against a reference of the same run."""
