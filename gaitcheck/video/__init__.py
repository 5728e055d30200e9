"""Video files in (OpenCV) and out (PyAV): upright frames with their true presentation times."""
