"""The web page: videos in, findings and pictures out."""
