"""From frames to the pose track of the runner (MediaPipe), and where the pose model comes from."""
