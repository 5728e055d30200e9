"""The pelvis line from clothing: the boundary between shirt and shorts, a waistband, a hem."""
