"""Analyses for other programs: plain tables, OpenSim's TRC and MOT, C3D. See docs/exchange.md."""
