"""OpenGL shaders. One fragment program for each material: software OpenGL runs every branch of a long chain."""

from __future__ import annotations

from gaitcheck.synthetic.grain import PERIOD

VERTEX = """#version 330
in vec3 point; in vec3 normal; in vec3 pattern; in vec3 paint;
uniform mat4 to_clip; uniform mat4 to_light;
out vec3 q; out vec3 at; out vec3 n; out vec3 base; out vec3 in_light;
void main() {
  vec4 p = vec4(point, 1);
  q = pattern; at = point; n = normal; base = paint;
  in_light = (to_light * p).xyz * .5 + .5;  // the light's rays are parallel: no division
  gl_Position = to_clip * p;
}"""

DEPTH_VERTEX = """#version 330
in vec3 point; uniform mat4 to_light;
void main() { gl_Position = to_light * vec4(point, 1); }"""

DEPTH_FRAGMENT = "#version 330\nvoid main() {}"

_HEAD = """#version 330
in vec3 q; in vec3 at; in vec3 n; in vec3 base; in vec3 in_light; out vec4 colour;
uniform vec3 eye; uniform vec3 light; uniform sampler2DShadow shadow; uniform sampler3D grain; uniform float belt;
uniform vec3 accent; uniform vec2 band; uniform float exposure;
float cloud(vec3 p) { return texture(grain, p / PERIOD.).r; }
float hash(vec2 p) { return fract(sin(dot(p, vec2(12.9898, 78.233))) * 43758.5453); }
""".replace("PERIOD", str(PERIOD))

_TAIL = """
void main() {
  vec3 N = normalize(n), V = normalize(eye - at), c = base; float shine = .04, soft = 0.;
  material(c, shine, soft);
  vec3 s = in_light; s.z -= .0025; float r = 1.2 / SHADOW_SIZE.;
  float lit = .25 * (texture(shadow, s + vec3(-r, -r, 0)) + texture(shadow, s + vec3(r, -r, 0))
                   + texture(shadow, s + vec3(-r, r, 0)) + texture(shadow, s + vec3(r, r, 0)));
  float toward = dot(N, light), d = max(toward, 0.), wrapped = max((toward + soft) / (1. + soft), 0.);
  vec3 around = mix(vec3(.30, .27, .25), vec3(.52, .55, .60), N.z * .5 + .5);
  vec3 fill = normalize(vec3(eye.x + 1.5, eye.y - .8, 2.0) - at);
  float glint = max(dot(N, normalize(light + V)), 0.); glint *= glint; glint *= glint; glint *= glint;  // to the 8th
  glint *= glint * glint * (shine * lit);
  float edge = 1. - max(dot(N, V), 0.); edge *= edge;
  vec3 sum = c * (around + vec3(1., .95, .88) * (mix(d, wrapped, .5) * .85 * mix(.12, 1., lit))
    + vec3(.8, .88, 1.) * (max(dot(N, fill), 0.) * .28)) + (glint + edge * edge * .05);
  sum += c * vec3(.10, .03, .01) * ((1. - abs(toward)) * .6 * step(.2, soft));
  sum *= exposure;
  // within 0.2 grey levels of (sum / (1 + 0.18 sum)) ^ (1 / 1.12), which would cost three logarithms
  colour = vec4(sum * (.12967 + sum * (2.05786 + sum * .31801)) / (.076206 + sum * (1.82918 + sum)), 1);
}"""

_MATERIALS = {
    # accent: hair (brows)
    "skin": """void material(inout vec3 c, inout float shine, inout float soft) {
  soft = .25; shine = .12; }""",
    "face": """void material(inout vec3 c, inout float shine, inout float soft) {
  soft = .25; shine = .12;
  if (q.y > .06) {
    float ax = abs(q.x); vec2 e = vec2((ax - .0325) / .0155, (q.z - 1.647) / .0075); float r = dot(e, e);
    if (r < 1.) { c = vec3(.85, .83, .8); if (length(vec2(ax - .0325, q.z - 1.647)) < .0068) c = vec3(.12, .07, .04); }
    else if (r < 1.9) c *= .65;
    vec2 b = vec2((ax - .034) / .022, (q.z - 1.668 + .10 * (.034 - ax)) / .0045);
    if (dot(b, b) < 1.) c = mix(c, accent * .8, .85);
    vec2 m = vec2(q.x / .024, (q.z - 1.577) / .008); if (dot(m, m) < 1.) c = mix(c, c * vec3(.85, .45, .42), .75);
    if (ax < .024 && abs(q.z - 1.577) < .0012) c *= .5;
    c *= 1. - .25 * smoothstep(.012, .0, length(vec2(ax - .009, q.z - 1.603))) * step(.09, q.y);
  } }""",
    "top": """void material(inout vec3 c, inout float shine, inout float soft) {
  float side = smoothstep(.118, .124, abs(q.x)) * step(q.z, 1.36) * step(abs(q.x), q.z < 1.1 ? .3 : .2)
    * step(abs(q.y), .06);
  c = mix(c, c * .4, side * .8); }""",
    "dots": """void material(inout vec3 c, inout float shine, inout float soft) { }""",
    # accent: waistband and side stripe; band: lower edge of the waistband and its rise to the right
    "bottom": """void material(inout vec3 c, inout float shine, inout float soft) {
  if (q.z - band.y * q.x > band.x) c = accent;
  if (abs(q.y + .01) < .014 && abs(q.x) > .1 && q.z < .97) c = accent; }""",
    "hair": """void material(inout vec3 c, inout float shine, inout float soft) {
  c *= .2 + 1.6 * cloud(q * vec3(160, 50, 30)); shine = .25; }""",
    "shoe": """void material(inout vec3 c, inout float shine, inout float soft) {
  vec3 own = c;
  if (q.z < -.040) c = vec3(.92); if (q.z < -.062) c = vec3(.15); if (q.z > .004) c = vec3(.93);
  float stripe = step(.5, fract((q.y + q.z * .8) * 22.));
  if (q.z > -.036 && q.z < 0. && q.y > 0. && q.y < .07 && abs(q.x) > .022) c = mix(c, vec3(.95), stripe * .9);
  if (abs(q.x) < .016 && q.y > .02 && q.y < .10 && q.z > -.03) c = mix(vec3(.9), own, step(.5, fract(q.y * 60.)));
  shine = .15; }""",
    "floor": """void material(inout vec3 c, inout float shine, inout float soft) {
  vec2 t = at.xy * vec2(1. / .18, 1. / 1.2); float row = floor(t.x); t.y += .37 * row; vec2 f = fract(t);
  float edge = smoothstep(.0, .015, f.x) * smoothstep(.0, .004, f.y), w = hash(vec2(row, floor(t.y)));
  c *= (.8 + .3 * w) * (.8 + .4 * cloud(vec3(at.x * 60., at.y * 4., w * 9.))) * (.65 + .35 * edge);
  shine = .12; }""",
    "wall": """void material(inout vec3 c, inout float shine, inout float soft) {
  c *= .95 + .08 * cloud(at * 3.); if (at.z < -.08) c = vec3(.85);
  if (abs(fract(at.x / 1.6 + at.y / 1.6) - .5) < .004) c *= .85; }""",
    "ceiling": """void material(inout vec3 c, inout float shine, inout float soft) {
  c = vec3(2.2) * (.93 + .07 * step(.02, fract(at.x / .6)) * step(.02, fract(at.y / .6))); }""",
    "belt": """void material(inout vec3 c, inout float shine, inout float soft) {
  float y = at.y + belt; c = vec3(.085) * (.55 + cloud(vec3(at.x * 110., y * 110., 0)));
  if (mod(y, 3.2) < .03) c *= 1.7; if (abs(at.x) > .235 && abs(at.x) < .242) c = vec3(.35); shine = .05; }""",
    "plain": """void material(inout vec3 c, inout float shine, inout float soft) {
  c *= .93 + .14 * cloud(at * 5.); shine = .25; }""",
    "screen": """void material(inout vec3 c, inout float shine, inout float soft) {
  c += .1 * step(.6, fract(at.x * 9.)) * step(.5, fract(at.z * 14.)); shine = .3; }""",
}

MATERIALS: tuple[str, ...] = tuple(_MATERIALS)


def fragment(material: str, shadow_size: int) -> str:
    """Fragment shader of one material, for a shadow map of that many pixels across."""
    return _HEAD + _MATERIALS[material] + _TAIL.replace("SHADOW_SIZE", str(shadow_size))
