"""The pelvis line from the picture: what is kept of each frame, and the tilt made of it after the last one."""
