"""OpenGL shaders. One fragment program for each material: software OpenGL runs every branch of a long chain."""

from __future__ import annotations

_VERTEX = """#version 330
in vec3 point; in vec3 pattern; in vec3 normal; in vec4 bones; in vec4 weights;
uniform mat4 bone[BONE_COUNT]; uniform mat4 to_clip; uniform mat4 to_light; uniform bool skinned; uniform vec3 sway;
out vec3 q; out vec3 at; out vec3 n; out vec3 rest_n; out vec4 in_light;
void main() {
  mat4 m = mat4(1.0);
  if (skinned) m = bone[int(bones.x)] * weights.x + bone[int(bones.y)] * weights.y
                 + bone[int(bones.z)] * weights.z + bone[int(bones.w)] * weights.w;
  vec4 p = m * vec4(point, 1);
  p.xyz += sway * smoothstep(1.06, .88, pattern.z);  // a loose hem lags behind; zero for everything else
  q = pattern; at = p.xyz; n = mat3(m) * normal; rest_n = normal; in_light = to_light * p; gl_Position = to_clip * p;
}"""

DEPTH_FRAGMENT = "#version 330\nvoid main() {}"

_HEAD = """#version 330
in vec3 q; in vec3 at; in vec3 n; in vec3 rest_n; in vec4 in_light; out vec4 colour;
uniform vec3 eye; uniform vec3 light; uniform sampler2DShadow shadow; uniform float belt;
uniform vec3 paint; uniform vec3 paint2; uniform vec3 paint3; uniform int kind;
float hash(vec3 p) { return fract(sin(dot(p, vec3(12.9898, 78.233, 37.719))) * 43758.5453); }
float noise(vec3 p) {
  vec3 i = floor(p), f = fract(p); f = f * f * (3. - 2. * f);
  vec2 e = vec2(0, 1);
  vec4 low = vec4(hash(i), hash(i + e.yxx), hash(i + e.xyx), hash(i + e.yyx));
  vec4 high = vec4(hash(i + e.xxy), hash(i + e.yxy), hash(i + e.xyy), hash(i + e.yyy));
  vec4 c = mix(low, high, f.z); return mix(mix(c.x, c.y, f.x), mix(c.z, c.w, f.x), f.y); }
float cloud(vec3 p) { return .55 * noise(p) + .3 * noise(p * 2.1) + .15 * noise(p * 4.3); }
"""

_TAIL = """
void main() {
  vec3 N = normalize(n), V = normalize(eye - at), c = paint; float shine = .04, gloss = 20., soft = 0.;
  material(N, c, shine, gloss, soft);
  vec3 s = in_light.xyz / in_light.w * .5 + .5; s.z -= .0025; float lit = 0., r = 1.6 / 1024.;
  for (int i = -1; i <= 1; i++) for (int j = -1; j <= 1; j++) lit += texture(shadow, vec3(s.xy + vec2(i, j) * r, s.z));
  lit /= 9.;
  float d = max(dot(N, light), 0.), wrapped = max((dot(N, light) + soft) / (1. + soft), 0.);
  vec3 around = mix(vec3(.30, .27, .25), vec3(.52, .55, .60), N.z * .5 + .5);
  vec3 fill = normalize(vec3(eye.x + 1.5, eye.y - .8, 2.0) - at);
  float glint = pow(max(dot(N, normalize(light + V)), 0.), gloss) * shine * lit;
  float rim = pow(1. - max(dot(N, V), 0.), 4.) * .05;
  vec3 sum = c * (around + vec3(1., .95, .88) * mix(d, wrapped, .5) * .85 * mix(.12, 1., lit)
    + vec3(.8, .88, 1.) * max(dot(N, fill), 0.) * .28) + glint + rim;
  sum += c * vec3(.10, .03, .01) * (1. - abs(dot(N, light))) * .6 * step(.2, soft);
  sum = sum / (1. + .18 * sum);
  colour = vec4(pow(max(sum, 0.), vec3(1. / 1.12)), 1);
}"""

_MATERIALS = {
    # paint: skin, paint2: hair (brows)
    "skin": """void material(inout vec3 N, inout vec3 c, inout float shine, inout float gloss, inout float soft) {
  c *= .90 + .2 * cloud(q * 14.); soft = .25; shine = .12; gloss = 18.;
  if (q.z > 1.5 && q.y > .06) {
    float ax = abs(q.x); vec2 e = vec2((ax - .0325) / .0155, (q.z - 1.647) / .0075); float r = dot(e, e);
    if (r < 1.) { c = vec3(.85, .83, .8); if (length(vec2(ax - .0325, q.z - 1.647)) < .0068) c = vec3(.12, .07, .04); }
    else if (r < 1.9) c *= .65;
    vec2 b = vec2((ax - .034) / .022, (q.z - 1.668 + .10 * (.034 - ax)) / .0045);
    if (dot(b, b) < 1.) c = mix(c, paint2 * .8, .85);
    vec2 m = vec2(q.x / .024, (q.z - 1.577) / .008); if (dot(m, m) < 1.) c = mix(c, c * vec3(.85, .45, .42), .75);
    if (ax < .024 && abs(q.z - 1.577) < .0012) c *= .5;
    c *= 1. - .25 * smoothstep(.012, .0, length(vec2(ax - .009, q.z - 1.603))) * step(.09, q.y);
  } }""",
    # paint: shirt; kind 1: adhesive dots over the PSIS
    "top": """void material(inout vec3 N, inout vec3 c, inout float shine, inout float gloss, inout float soft) {
  c *= .85 + .25 * cloud(q * vec3(9, 9, 14));
  vec3 w = q * 11.; float fold = cloud(w + 7.03) - cloud(w + 6.97);
  N = normalize(N + vec3(cloud(w + .03) - cloud(w - .03), fold, 0.) * 1.2);
  float side = smoothstep(.118, .124, abs(q.x)) * step(q.z, 1.36) * step(abs(q.x), .2) * step(abs(q.y), .06);
  c = mix(c, c * .4, side * .8);
  if (kind == 1 && q.y < -.04 && length(vec2(abs(q.x) - .045, q.z - 1.0475)) < .012) c = vec3(.55, .95, .25); }""",
    # paint: shorts, paint2: waistband and side stripe
    "bottom": """void material(inout vec3 N, inout vec3 c, inout float shine, inout float gloss, inout float soft) {
  c *= .8 + .35 * cloud(q * vec3(10, 10, 6));
  if (q.z > .998) c = paint2;
  if (abs(q.y + .01) < .014 && abs(q.x) > .1 && q.z < .97) c = paint2;
  N = normalize(N + vec3(cloud(q * vec3(14, 14, 5) + .04) - cloud(q * vec3(14, 14, 5) - .04), 0, 0) * 1.6); }""",
    "hair": """void material(inout vec3 N, inout vec3 c, inout float shine, inout float gloss, inout float soft) {
  c *= .6 + .8 * (noise(q * vec3(160, 50, 30)) * .6 + noise(q * vec3(60, 60, 20)) * .4); shine = .25; gloss = 22.; }""",
    "shoe": """void material(inout vec3 N, inout vec3 c, inout float shine, inout float gloss, inout float soft) {
  if (q.z < -.040) c = vec3(.92); if (q.z < -.062) c = vec3(.15); if (q.z > .004) c = vec3(.93);
  float stripe = step(.5, fract((q.y + q.z * .8) * 22.));
  if (q.z > -.036 && q.z < 0. && q.y > 0. && q.y < .07 && abs(q.x) > .022) c = mix(c, vec3(.95), stripe * .9);
  if (abs(q.x) < .016 && q.y > .02 && q.y < .10 && q.z > -.03) c = mix(vec3(.9), paint, step(.5, fract(q.y * 60.)));
  shine = .15; }""",
    "floor": """void material(inout vec3 N, inout vec3 c, inout float shine, inout float gloss, inout float soft) {
  vec2 t = at.xy * vec2(1. / .18, 1. / 1.2); float row = floor(t.x); t.y += .37 * row; vec2 f = fract(t);
  float edge = smoothstep(.0, .015, f.x) * smoothstep(.0, .004, f.y), w = hash(vec3(row, floor(t.y), 3.));
  c *= (.8 + .3 * w) * (.9 + .2 * noise(vec3(at.x * 60., at.y * 4., w * 9.))) * (.65 + .35 * edge);
  shine = .12; gloss = 30.; }""",
    "wall": """void material(inout vec3 N, inout vec3 c, inout float shine, inout float gloss, inout float soft) {
  c *= .95 + .08 * cloud(at * 3.); if (at.z < -.08) c = vec3(.85);
  if (abs(fract(at.x / 1.6 + at.y / 1.6) - .5) < .004) c *= .85; }""",
    "ceiling": """void material(inout vec3 N, inout vec3 c, inout float shine, inout float gloss, inout float soft) {
  c = vec3(2.2) * (.93 + .07 * step(.02, fract(at.x / .6)) * step(.02, fract(at.y / .6))); }""",
    "belt": """void material(inout vec3 N, inout vec3 c, inout float shine, inout float gloss, inout float soft) {
  float y = at.y + belt; c = vec3(.085) * (.8 + .5 * noise(vec3(at.x * 140., y * 140., 0)));
  if (mod(y, 3.2) < .03) c *= 1.7; if (abs(at.x) > .235 && abs(at.x) < .242) c = vec3(.35); shine = .05; }""",
    "plain": """void material(inout vec3 N, inout vec3 c, inout float shine, inout float gloss, inout float soft) {
  c *= .93 + .14 * cloud(at * 5.); shine = .35; gloss = 40.; }""",
    "screen": """void material(inout vec3 N, inout vec3 c, inout float shine, inout float gloss, inout float soft) {
  c += .1 * step(.6, fract(at.x * 9.)) * step(.5, fract(at.z * 14.)); shine = .3; }""",
}

MATERIALS: tuple[str, ...] = tuple(_MATERIALS)


def vertex(bone_count: int) -> str:
    """Vertex shader for a rig of so many bones."""
    return _VERTEX.replace("BONE_COUNT", str(bone_count))


def fragment(material: str) -> str:
    """Fragment shader of one material."""
    return _HEAD + _MATERIALS[material] + _TAIL
