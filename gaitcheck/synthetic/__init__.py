"""A rendered runner whose true joints, angles and foot contacts are known in every frame.

An optional part: rendering needs `pip install 'gaitcheck[synth]'`; motion and truth do not.
"""

from gaitcheck.synthetic.clip import list_specs, render_spec

__all__ = ["list_specs", "render_spec"]
