#!/usr/bin/env python3
"""Render the sample car: `python scripts/render_car.py static/samples/car.jpg`.

The page needs a photo of a car that anyone may use, so the project makes its own. The car is a
signed distance field (Hart 1996, "Sphere tracing"): side profile, plan and section curves meet in
smooth maxima, wheel arches are cut out, and windows, lamps and grille are volumes that say which
material the surface has where it passes through them. Rays are marched in NumPy, all at once.

Units are metres: x runs to the front of the car, y up, z to its left side; the road is y = 0.
Points and directions are float32 arrays of shape (3, N); colours are linear RGB, shape (3, N).
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Array = NDArray[np.float32]
Field = Callable[[Array], Array]

AXLES = (1.36, -1.30)  # x of the front and the rear axle
WHEEL_RADIUS = 0.335
WHEEL_TRACK = 0.785  # z of the middle of a wheel
BOX_LOW, BOX_HIGH = (-2.4, 0.0, -1.15), (2.4, 1.5, 1.15)


# --- small tools ---------------------------------------------------------------------------------


def vec(*xyz: float) -> Array:
    return np.array(xyz, np.float32).reshape(3, 1)


def normalise(v: Array) -> Array:
    return v / np.sqrt((v * v).sum(0))


def dot(a: Array, b: Array) -> Array:
    return (a * b).sum(0)


def mix(a: Array, b: Array, share: Array) -> Array:
    return a + (b - a) * share


def smoothstep(low: float, high: float, value: Array) -> Array:
    t = np.clip((value - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def smooth_max(a: Array, b: Array, radius: float) -> Array:
    """Intersection of two solids whose common edge is rounded off (Quilez's polynomial form)."""
    blend = np.maximum(radius - np.abs(a - b), 0)
    return np.maximum(a, b) + blend * blend / (4 * radius)


def smooth_min(a: Array, b: Array, radius: float) -> Array:
    return -smooth_max(-a, -b, radius)


def rounded_box(p: Array, centre: Array, half: Array, radius: float) -> Array:
    q = np.abs(p - centre) - (half - radius)
    outside = np.maximum(q, 0)
    return np.sqrt((outside * outside).sum(0)) + np.minimum(q.max(0), 0) - radius


def ellipsoid(p: Array, centre: Array, radii: Array) -> Array:
    """Approximate distance; exact on the surface."""
    scaled = (p - centre) / radii
    return (np.sqrt((scaled * scaled).sum(0)) - 1) * float(radii.min())


class Curve:
    """A polyline, rounded by a Gaussian and tabulated, so that looking it up is cheap."""

    def __init__(self, points: list[tuple[float, float]], softness: float) -> None:
        self.low, step = -3.0, 1 / 400
        grid = np.arange(-3.0, 3.0 + step, step)
        knots, heights = zip(*sorted(points), strict=True)
        kernel = np.exp(-0.5 * (np.arange(-120, 121) * step / softness) ** 2)
        padded = np.pad(np.interp(grid, knots, heights), 120, mode="edge")
        self.table = np.convolve(padded, kernel / kernel.sum(), "valid").astype(np.float32)
        self.scale = 1 / step

    def __call__(self, x: Array) -> Array:
        place = np.clip((x - self.low) * self.scale, 0, len(self.table) - 2).astype(np.float32)
        cell = place.astype(np.int32)
        left = self.table[cell]
        return left + (self.table[cell + 1] - left) * (place - cell)


class Noise:
    """Smooth value noise on a wrapping 256 x 256 lattice; always the same one."""

    def __init__(self, seed: int = 7) -> None:
        self.lattice = np.random.default_rng(seed).random((256, 256), dtype=np.float32)

    def __call__(self, u: Array, v: Array, octaves: int = 4) -> Array:
        total, weight = np.zeros_like(u), 0.5
        for octave in range(octaves):
            total += weight * self._one(u * 2**octave, v * 2**octave + 17.3 * octave)
            weight /= 2
        return total / (1 - 0.5**octaves)

    def _one(self, u: Array, v: Array) -> Array:
        iu, iv = np.floor(u).astype(np.int64), np.floor(v).astype(np.int64)
        fu, fv = (u - iu).astype(np.float32), (v - iv).astype(np.float32)
        fu, fv = fu * fu * (3 - 2 * fu), fv * fv * (3 - 2 * fv)
        a, b = self.lattice[iv & 255, iu & 255], self.lattice[iv & 255, (iu + 1) & 255]
        c, d = self.lattice[(iv + 1) & 255, iu & 255], self.lattice[(iv + 1) & 255, (iu + 1) & 255]
        return mix(mix(a, b, fu), mix(c, d, fu), fv)


noise = Noise()

# --- the car -------------------------------------------------------------------------------------

SHOULDER = Curve(  # height of bonnet, belt line and boot along the car
    [(-2.3, 0.9), (-2.1, 1.0), (-1.6, 1.01), (-0.6, 0.955), (0.8, 0.93), (1.5, 0.83), (1.9, 0.73),
     (2.2, 0.56), (2.4, 0.4)], 0.10)  # fmt: skip
ROOF = Curve(
    [(-2.1, 0.2), (-1.92, 0.65), (-1.75, 0.96), (-1.0, 1.32), (-0.45, 1.40), (0.0, 1.375), (0.98, 0.86),
     (2.0, 0.2)], 0.09)  # fmt: skip
PLAN = Curve(  # half the width, seen from above
    [(-2.4, 0.74), (-1.9, 0.87), (-1.2, 0.915), (1.2, 0.915), (1.8, 0.865), (2.3, 0.72)], 0.14)
NOSE = Curve([(0.1, 2.06), (0.3, 2.16), (0.5, 2.2), (0.62, 2.15), (0.8, 1.9)], 0.03)
TAIL = Curve([(0.1, 2.0), (0.4, 2.18), (0.9, 2.12), (1.05, 2.14)], 0.05)

LAMP = (vec(1.90, 0.655, 0.67), vec(0.36, 0.072, 0.22))
GRILLE = (vec(2.15, 0.545, 0.0), vec(0.35, 0.065, 0.40))
INTAKE = (vec(2.10, 0.290, 0.0), vec(0.35, 0.075, 0.60))
MIRROR = vec(0.60, 0.995, 0.97)
HANDLE = vec(-0.33, 0.835, 0.893)
PLATE = (vec(2.20, 0.410, 0.0), vec(0.045, 0.055, 0.26))


def mirrored(p: Array) -> Array:
    """The same point on the car's left side: the car is symmetric."""
    return np.stack([p[0], p[1], np.abs(p[2])])


def axle_distance(x: Array, y: Array) -> Array:
    return np.hypot(x - np.where(x > 0, *map(np.float32, AXLES)), y - np.float32(WHEEL_RADIUS))


def cabin(p: Array) -> Array:
    x, y, side = p
    roof = (y + 0.035 * side * side - ROOF(bent(x, side))) * 0.88
    d = smooth_max(roof, (side - cabin_width(y)) * 0.95, 0.11)
    return np.maximum(d, 0.7 - y)  # the body is below


def bent(x: Array, side: Array) -> Array:
    """x on the midline that belongs to a point: both screens bow outwards in the middle."""
    return x + 0.24 * side * side * np.clip(2 * x + 0.6, -0.7, 1)


def cabin_width(y: Array) -> Array:
    return 0.80 - 0.36 * (y - 0.93)


def body(p: Array) -> Array:
    x, y, side = p
    hub = axle_distance(x, y)
    crease = 0.014 * np.tanh((0.735 - 0.02 * x - y) / 0.03)
    flare = 0.03 * np.exp(-(((hub - 0.37) / 0.09) ** 2))
    width = PLAN(x) - 0.5 * (y - 0.52) ** 2 + crease + flare
    bow = side * side * (0.22 + 0.28 * side * side)
    bonnet_fold = 0.012 * smoothstep(0.0, 0.06, side - 0.46) * smoothstep(0.7, 1.1, x)
    d = smooth_max(y - SHOULDER(x) + 0.05 * side * side - bonnet_fold, side - width, 0.11)
    d = smooth_max(d, 0.72 * (x - NOSE(y) + bow), 0.08)  # 0.72: keep the slope below 1
    d = smooth_max(d, 0.8 * (-x - TAIL(y) + 0.7 * bow), 0.08)
    d = smooth_max(d, 0.17 + 0.02 * np.abs(x) - y, 0.06)
    for opening in (GRILLE, INTAKE):  # pressed into the nose
        d = d + 0.05 * smoothstep(0.0, 0.02, -rounded_box(p, *opening, 0.05))
    return np.asarray(d, np.float32)


def shell(p: Array) -> Array:
    """Painted and glazed skin: body, cabin and mirrors, without the wheel arches."""
    d = smooth_min(body(p), cabin(p), 0.035)
    mirror = rounded_box(p, MIRROR, vec(0.06, 0.062, 0.095), 0.055) + 0.25 * (p[0] - 0.62)
    stalk = rounded_box(p, vec(0.62, 0.955, 0.86), vec(0.03, 0.014, 0.08), 0.012)
    handle = rounded_box(p, HANDLE, vec(0.09, 0.013, 0.03), 0.012)
    return np.minimum(np.minimum(d, mirror), np.minimum(stalk, handle))


def wheel(p: Array) -> Array:
    x, y, side = p
    hub, depth = axle_distance(x, y), side - WHEEL_TRACK
    tyre = np.hypot(np.maximum(np.abs(hub - 0.28) - 0.02, 0), np.maximum(np.abs(depth) - 0.075, 0))
    rim = np.maximum(np.abs(hub - 0.235) - 0.012, np.abs(depth) - 0.105)
    drum = np.maximum(hub - 0.24, np.abs(depth) - 0.01)
    return np.minimum(np.minimum(tyre - 0.035, rim), np.minimum(drum, spokes(x, y, hub, depth)))


def spokes(x: Array, y: Array, hub: Array, depth: Array) -> Array:
    """Five pairs of spokes that lean inwards to the hub, and the hub cap."""
    sector = 2 * np.pi / 5
    angle = np.arctan2(y - WHEEL_RADIUS, x - np.where(x > 0, *AXLES)) + 0.3
    turn = np.abs((angle + sector / 2) % sector - sector / 2)
    across = np.abs(hub * np.sin(np.abs(turn - 0.21))) - 0.006 - 0.045 * hub
    arm = np.maximum(np.maximum(across, hub - 0.235), np.abs(depth - 0.075 - 0.1 * hub) - 0.018)
    cap = np.maximum(hub - 0.062, np.abs(depth - 0.075) - 0.022)
    return np.asarray(np.minimum(arm, cap), np.float32)


def car(p: Array) -> Array:
    """Signed distance to the whole car, slightly underestimated; p (3, N) → (N)."""
    p = mirrored(p)
    arch = np.maximum(axle_distance(p[0], p[1]) - 0.385, 0.5 - p[2])
    return np.minimum(smooth_max(shell(p), -arch, 0.02), wheel(p))


def glass_margin(p: Array) -> Array:
    """How far inside a pane a point of the cabin's skin lies, in metres; negative outside."""
    x, y, side = mirrored(p)
    along = bent(x, side)
    below_roof, from_side = ROOF(along) - y - 0.035 * side * side, cabin_width(y) - side
    sill = y - SHOULDER(x)
    door = np.minimum(below_roof * 0.8 - 0.055, sill - 0.03)
    screen = np.minimum(from_side - 0.065, sill - 0.02)
    screen = np.minimum(screen, np.maximum(along - 0.12, -0.98 - along))
    return np.where(below_roof > from_side + 0.02, door, screen)


def pillar(p: Array) -> Array:
    """Black post between the side windows."""
    return (np.abs(p[0] + 0.42) < 0.035) & (np.abs(p[2]) > 0.55)


def interior(p: Array) -> Array:
    """Seats, dashboard and steering wheel."""
    q = mirrored(p)
    d = rounded_box(q, vec(-0.35, 0.85, 0.36), vec(0.10, 0.28, 0.24), 0.08)
    d = np.minimum(d, rounded_box(q, vec(-0.42, 1.19, 0.36), vec(0.05, 0.08, 0.13), 0.05))
    d = np.minimum(d, rounded_box(q, vec(-1.15, 0.85, 0.0), vec(0.10, 0.22, 0.6), 0.08))
    d = np.minimum(d, rounded_box(q, vec(0.75, 0.80, 0.0), vec(0.28, 0.14, 0.7), 0.08))
    rim = np.hypot(np.hypot(p[1] - 0.98, p[2] + 0.36) - 0.17, p[0] - 0.36) - 0.02
    return np.minimum(d, rim)


# --- rays ----------------------------------------------------------------------------------------


def box_span(origin: Array, ray: Array) -> tuple[Array, Array]:
    """Where rays enter and leave the box around the car."""
    safe = np.where(np.abs(ray) < 1e-6, np.float32(1e-6), ray)
    a, b = (vec(*BOX_LOW) - origin) / safe, (vec(*BOX_HIGH) - origin) / safe
    return np.maximum(np.minimum(a, b).max(0), 0), np.maximum(a, b).min(0)


def march(field: Field, origin: Array, ray: Array, start: Array, end: Array) -> Array:
    """Distance to the first hit along each ray, infinity where there is none."""
    travelled = start.copy()
    found = np.full(start.shape, np.inf, np.float32)
    alive = np.flatnonzero(start < end)
    for _ in range(110):
        if not alive.size:
            break
        d = field(origin[:, alive] + ray[:, alive] * travelled[alive])
        hit = d < 0.0008
        found[alive[hit]] = travelled[alive[hit]]
        travelled[alive] += np.maximum(d * 0.75, 0.0006)
        alive = alive[~hit & (travelled[alive] < end[alive])]
    return found


def sunlight(p: Array, toward: Array) -> Array:
    """Share of the sun that reaches each point: 0 in the shadow, with a soft border."""
    ray = np.broadcast_to(toward, p.shape)
    start, end = box_span(p, ray)
    travelled, share = start + 0.02, np.ones(p.shape[1], np.float32)
    alive = np.flatnonzero(start < end)
    for _ in range(45):
        if not alive.size:
            break
        d = car(p[:, alive] + ray[:, alive] * travelled[alive])
        share[alive] = np.minimum(share[alive], np.clip(26 * d / travelled[alive], 0, 1))
        travelled[alive] += np.clip(d, 0.015, 0.2)
        alive = alive[(share[alive] > 0.01) & (travelled[alive] < end[alive])]
    return share


def openness(p: Array, normal: Array, reach: float) -> Array:
    """Ambient occlusion: how much the field grows along the normal, 1 = open sky."""
    closed = np.zeros(p.shape[1], np.float32)
    for step in (0.08, 0.25, 0.55, 1.0):
        d = car(p + normal * (reach * step))
        closed += np.clip(1 - d / (reach * step), 0, 1) * 0.25
    return 1 - closed


def normal_of(field: Field, p: Array) -> Array:
    """Gradient of a field by four taps on a tetrahedron."""
    taps = [vec(1, -1, -1), vec(-1, -1, 1), vec(-1, 1, -1), vec(1, 1, 1)]
    total = sum((tap * field(p + tap * np.float32(0.0015)) for tap in taps), np.zeros_like(p))
    return normalise(total + 1e-9)


# --- light and surroundings ----------------------------------------------------------------------

SUN = normalise(vec(0.66, 0.80, 0.34))
SUN_COLOUR = vec(1.0, 0.93, 0.82) * 3.1
SKY_FILL = vec(0.55, 0.70, 0.95) * 0.75


def surroundings(ray: Array) -> Array:
    """Sky, clouds and a belt of trees in a direction above the horizon."""
    height = ray[1]
    azimuth = np.arctan2(ray[2], ray[0])
    sky = mix(vec(0.62, 0.80, 1.0) * 1.1, vec(0.16, 0.36, 0.78), smoothstep(-0.05, 0.4, height))
    flat = 1 / np.maximum(height + 0.12, 0.05)
    cloud = noise(ray[0] * flat * 2.2 + 40, ray[2] * flat * 2.2 + 9, 5)
    sky = mix(sky, vec(1.25, 1.25, 1.25), 0.9 * smoothstep(0.5, 0.68, cloud))
    glow = np.maximum(dot(ray, SUN), 0)
    sky = sky + vec(1.0, 0.9, 0.7) * (0.25 * glow**12)
    return mix(sky, *trees(azimuth, height))


def trees(azimuth: Array, height: Array) -> tuple[Array, Array]:
    """Colour of the wood on the horizon, and how far it hides the sky (0 or 1, softly)."""
    top = 0.07 + 0.085 * noise(azimuth * 8 + 30, azimuth * 0, 4)
    leaf = noise(azimuth * 45 + 90, height * 55 + 5, 5)
    # Crowns are lit from above: bright where the foliage thins out upwards.
    above = noise(azimuth * 45 + 90.2, height * 55 + 5.5, 5)
    light = 0.30 + 0.9 * np.clip(0.25 + 2.2 * (leaf - above), 0, 1) + 0.35 * height / top
    tint = noise(azimuth * 7 + 60, height * 4 + 70, 2)
    colour = mix(vec(0.055, 0.085, 0.030), vec(0.125, 0.115, 0.040), tint) * light
    colour = mix(colour, vec(0.42, 0.50, 0.58), np.float32(0.16))  # a little haze
    return colour, smoothstep(0.012, -0.012, height - top - 0.05 * (leaf - 0.5))


def ground(x: Array, z: Array) -> Array:
    """Colour of the ground: asphalt with a painted line, a kerb and a lawn behind it."""
    grain = noise(x * 47 + 200, z * 47 + 200, 2)
    patch = noise(x * 0.9 + 11, z * 0.9 + 60, 4)
    road = vec(0.125, 0.125, 0.13) * (0.72 + 0.3 * grain) * (0.55 + 0.9 * patch)
    across = z + 0.25 * x  # the road runs a little askew to the car
    line = smoothstep(0.07, 0.055, np.abs(across - 2.05)) * smoothstep(0.2, 0.45, grain + patch / 3)
    road = mix(road, vec(0.62, 0.61, 0.57), 0.9 * line)
    blades = noise(x * 7 + 3, z * 7 + 8, 5)
    lawn = mix(vec(0.075, 0.095, 0.028), vec(0.17, 0.155, 0.065), patch) * (0.3 + 1.3 * blades)
    kerb = vec(0.42, 0.40, 0.37) * (0.7 + 0.5 * patch)
    edge = -across - 3.6
    return mix(mix(road, kerb, smoothstep(0.0, 0.04, edge)), lawn, smoothstep(0.3, 0.36, edge))


def reflected(p: Array, ray: Array) -> Array:
    """What a mirror at p sees: surroundings, or ground that darkens under the car."""
    up = surroundings(np.stack([ray[0], np.maximum(ray[1], 0.002), ray[2]]))
    reach = np.clip(p[1] / np.maximum(-ray[1], 0.01), 0, 40)
    x, z = p[0] + ray[0] * reach, p[2] + ray[2] * reach
    gap = np.hypot(np.maximum(np.abs(x) - 2.0, 0), np.maximum(np.abs(z) - 0.85, 0))
    down = ground(x, z) * vec(2.6, 2.5, 2.4) * (0.12 + 0.88 * smoothstep(0.0, 0.5, gap))
    return mix(down, up, smoothstep(-0.012, 0.012, ray[1]))


# --- materials -----------------------------------------------------------------------------------


PLATE_LETTERS = (
    "### ### #  # # #     ##  # #",
    "#   # # ## # # #    #    # #",
    "#   # # # ## # #    ###  ###",
    "#   # # #  # # #    # #    #",
    "### ### #  #  #     ###    #",
)


def surface(p: Array, normal: Array) -> tuple[Array, Array, Array]:
    """Base colour (3, N), mirror reflectance at right angles (N) and glass share (N) of the car."""
    q = mirrored(p)
    x, y, side = q
    colour = np.broadcast_to(vec(0.33, 0.010, 0.005), p.shape).copy()
    mirror = np.full(x.shape, 0.085, np.float32)

    def paint(where: Array, rgb: tuple[float, float, float], reflectance: float) -> None:
        colour[:, where] = vec(*rgb)
        mirror[where] = reflectance

    upright = np.abs(normal[1]) < 0.6
    on_side = upright & (np.abs(normal[2]) > 0.6)
    gaps = [np.abs(x - 0.74 - 0.1 * (y - 0.6)), np.abs(x + 0.50 - 0.25 * (y - 0.6))]
    seam = on_side & (np.minimum(*gaps) < 0.006) & (y > 0.27) & (y < SHOULDER(x) + 0.01)
    seam |= on_side & (np.abs(y - 0.27) < 0.006) & (x < 0.72) & (x > -0.55)
    seam |= (normal[1] > 0.5) & (np.abs(side - 0.70 - 0.02 * x) < 0.008) & (x > 0.95) & (x < 1.8)
    paint(seam, (0.01, 0.002, 0.002), 0.02)
    paint(y < 0.215, (0.012, 0.012, 0.013), 0.03)
    paint((side > 0.80) & (y > 0.93) & (y < 0.975) & (x > 0.5), (0.01, 0.01, 0.01), 0.05)
    paint(rounded_box(q, *GRILLE, 0.05) < -0.004, (0.008, 0.008, 0.009), 0.03)
    slats = (rounded_box(q, *GRILLE, 0.05) < -0.012) & (np.abs((y * 30) % 1 - 0.5) < 0.17)
    paint(slats, (0.25, 0.25, 0.26), 0.4)
    paint(rounded_box(q, *INTAKE, 0.05) < -0.004, (0.008, 0.008, 0.009), 0.02)
    plate = rounded_box(q, *PLATE, 0.02) < 0
    paint(plate, (0.70, 0.71, 0.69), 0.04)
    paint(plate & plate_letters(p), (0.015, 0.015, 0.02), 0.04)
    lamp = ellipsoid(q - vec(0, 0.10, 0) * (side - 0.67), *LAMP)  # rises outwards
    paint(lamp < 0, (0.02, 0.02, 0.022), 0.08)
    bulb = np.minimum(np.hypot(y - 0.645, side - 0.60), np.hypot(y - 0.650, side - 0.745))
    paint(lamp < -0.006, (0.06, 0.062, 0.066), 0.28)
    paint((lamp < -0.008) & (bulb < 0.050), (0.26, 0.27, 0.28), 0.5)
    paint((lamp < -0.008) & (bulb < 0.042), (0.10, 0.105, 0.115), 0.45)
    paint((lamp < -0.008) & (bulb < 0.024), (0.9, 0.9, 0.88), 0.3)
    paint(ellipsoid(q, vec(-2.0, 0.82, 0.72), vec(0.3, 0.07, 0.22)) < 0, (0.30, 0.004, 0.006), 0.1)

    in_cabin = (cabin(q) < 0.006) & (body(q) > 0.004)
    margin = glass_margin(p)
    paint(in_cabin & (margin > -0.016), (0.008, 0.008, 0.009), 0.04)
    glass = (in_cabin & (margin > 0) & ~pillar(p)).astype(np.float32)

    wheels = wheel(q) < 0.004
    hub, depth = axle_distance(x, y), side - WHEEL_TRACK
    paint(wheels, (0.018, 0.018, 0.019), 0.012)
    paint(wheels & (hub < 0.245), (0.03, 0.03, 0.032), 0.05)
    paint(wheels & (hub < 0.17) & (depth < 0.02), (0.16, 0.155, 0.15), 0.2)
    alloy = wheels & (hub < 0.249) & (depth > 0.03)
    paint(alloy, (0.19, 0.19, 0.20), 0.55)
    arch = (axle_distance(x, y) < 0.392) & ~wheels & (side < 0.885)
    paint(arch, (0.006, 0.006, 0.006), 0.0)
    return colour, mirror, glass


def plate_letters(p: Array) -> Array:
    """True where the number plate is printed on."""
    row = np.floor((0.447 - p[1]) / 0.015).astype(np.int32)
    column = np.floor((0.235 - p[2]) / 0.0168).astype(np.int32)
    inside = (row >= 0) & (row < 5) & (column >= 0) & (column < 28)
    bits = np.array([[cell == "#" for cell in line] for line in PLATE_LETTERS])
    return inside & bits[np.clip(row, 0, 4), np.clip(column, 0, 27)]


def cabin_view(p: Array, ray: Array) -> Array:
    """What is seen through a pane: the seats, or the world through the opposite window."""
    start = p + ray * 0.05

    def inside(q: Array) -> Array:
        return np.minimum(interior(q), -cabin(mirrored(q)))

    far = np.full(p.shape[1], 3.0, np.float32)
    reach = march(inside, start, ray, np.zeros_like(far), far)
    end = start + ray * np.where(np.isfinite(reach), reach, 3.0)
    open_pane = (glass_margin(end) > 0) & ~pillar(end) & (interior(end) > 0.02)
    lit = 0.35 + 0.65 * np.maximum(normal_of(interior, end)[1], 0)
    seats = vec(0.085, 0.072, 0.062) * lit
    return np.where(open_pane, reflected(end, ray) * 0.55, seats)


def shade_car(p: Array, ray: Array) -> Array:
    normal = normal_of(car, p)
    facing = np.clip(-dot(ray, normal), 0, 1)
    base, mirror, glass = surface(p, normal)
    open_sky = openness(p, normal, 0.45) * (0.25 + 0.75 * openness(p, normal, 0.08))
    lifted = p + normal * 0.01
    sun = sunlight(lifted, SUN) * np.maximum(dot(normal, SUN), 0)
    bounce = vec(0.20, 0.19, 0.18) * np.clip(0.5 - 0.5 * normal[1], 0, 1)
    fill = SKY_FILL * np.clip(0.5 + 0.5 * normal[1], 0, 1) + bounce
    lit = base * (SUN_COLOUR * sun + fill * open_sky)
    pane = glass > 0
    if pane.any():
        lit[:, pane] = cabin_view(p[:, pane], ray[:, pane]) * vec(0.72, 0.80, 0.78)
    bounced = ray + 2 * facing * normal
    fresnel = mirror + (1 - mirror) * (1 - facing) ** 5
    fresnel = np.where(mirror < 0.015, mirror, fresnel)
    shine = reflected(p, normalise(bounced)) * (fresnel * (0.3 + 0.7 * open_sky))
    spark = np.maximum(dot(bounced, SUN), 0)
    lit = lit + base * SUN_COLOUR * (spark**5 * 0.8 * sun)  # flakes in the paint
    glint = (spark**900 * 14 + spark**60 * 0.35) * (sun > 0.02) * np.where(mirror > 0.015, 1, 0)
    return lit + shine + SUN_COLOUR * glint * np.maximum(fresnel, 0.05)


def shade_ground(p: Array) -> Array:
    near = np.flatnonzero((np.abs(p[0]) < 5) & (np.abs(p[2]) < 4.5))
    sun, open_sky = np.ones(p.shape[1], np.float32), np.ones(p.shape[1], np.float32)
    sun[near] = sunlight(p[:, near] + vec(0, 0.004, 0), SUN)
    up = np.broadcast_to(vec(0, 1, 0), (3, near.size))
    open_sky[near] = openness(p[:, near], up, 0.5) * openness(p[:, near], up, 1.2)
    return ground(p[0], p[2]) * (SUN_COLOUR * SUN[1] * sun + SKY_FILL * open_sky)


# --- camera --------------------------------------------------------------------------------------


def camera_rays(width: int, height: int) -> tuple[Array, Array]:
    """Eye (3, 1) and directions (3, width * height), row by row: a long lens at eye level."""
    turn = np.radians(47.0)
    eye = vec(float(np.cos(turn)) * 9.6, 1.35, float(np.sin(turn)) * 9.6)
    ahead = normalise(vec(0.06, 0.66, -0.02) - eye)
    right = normalise(np.cross(ahead, vec(0, 1, 0), axis=0))
    above = np.cross(right, ahead, axis=0)
    span = 0.222  # half the height of the picture at distance 1
    rows = (1 - (np.arange(height, dtype=np.float32) + 0.5) * 2 / height) * span
    columns = ((np.arange(width, dtype=np.float32) + 0.5) * 2 / width - 1) * span * width / height
    v, u = (grid.ravel() for grid in np.meshgrid(rows, columns, indexing="ij"))
    return eye, normalise(ahead + right * u + above * v).astype(np.float32)


def blurred(image: Array, radius: float) -> Array:
    """Gaussian blur of (H, W, 3), one axis after the other, borders repeated."""
    reach = max(1, round(3 * radius))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / radius) ** 2).astype(np.float32)
    kernel /= kernel.sum()
    for axis in (0, 1):
        pad = [(reach, reach) if a == axis else (0, 0) for a in range(3)]
        padded = np.pad(image, pad, mode="edge")
        size = image.shape[axis]
        image = sum(
            (k * np.take(padded, range(i, i + size), axis) for i, k in enumerate(kernel)),
            np.zeros_like(image),
        )
    return image


def render(width: int, height: int, oversampling: int = 3) -> NDArray[np.uint8]:
    """The picture, (height, width, 3) in sRGB; the same bytes for the same arguments."""
    wide, high = width * oversampling, height * oversampling
    eye, rays = camera_rays(wide, high)
    start, end = box_span(eye, rays)
    reach = march(car, np.broadcast_to(eye, rays.shape), rays, start, end)
    hit = np.isfinite(reach)

    colour = surroundings(rays)
    road = np.flatnonzero(~hit & (rays[1] < -0.004))
    fall = eye[1] / -rays[1, road]
    haze = 1 - np.exp(-fall / 1500)
    colour[:, road] = mix(shade_ground(eye + rays[:, road] * fall), vec(0.5, 0.6, 0.7), haze)
    scene = colour.T.reshape(high, wide, 3)
    # The lens is focused on the car: what lies far behind it is soft.
    distance = np.full(hit.shape, 80, np.float32)
    distance[road] = fall
    soft = smoothstep(11, 24, distance).reshape(high, wide, 1)
    scene = mix(scene, blurred(scene, wide / 600), soft)
    scene.reshape(-1, 3)[hit] = shade_car(eye + rays[:, hit] * reach[hit], rays[:, hit]).T
    return develop(scene, width, height, oversampling)


def develop(scene: Array, width: int, height: int, oversampling: int) -> NDArray[np.uint8]:
    """From light to picture: lens glow, vignette, film curve (Narkowicz's ACES fit), grain."""
    scene = scene.reshape(height, oversampling, width, oversampling, 3)
    scene = np.minimum(scene, 6).mean((1, 3))
    scene = 0.94 * scene + 0.06 * blurred(scene, width / 90)
    v, u = np.meshgrid(np.linspace(-1, 1, height), np.linspace(-1, 1, width), indexing="ij")
    scene = scene * (1 - 0.16 * (u * u + v * v))[..., None] * 0.62
    film = scene * (2.51 * scene + 0.03) / (scene * (2.43 * scene + 0.59) + 0.14)
    film = np.clip(film, 0, 1)
    srgb = np.where(film < 0.0031308, 12.92 * film, 1.055 * film ** (1 / 2.4) - 0.055)
    grain = np.random.default_rng(3).normal(0, 0.008, (height, width, 1))
    return np.asarray(np.clip((srgb + grain) * 255 + 0.5, 0, 255), np.uint8)


def main() -> None:
    parser = argparse.ArgumentParser(description="Render the sample car.")
    parser.add_argument("out", type=Path, help="picture to write, for example car.jpg")
    parser.add_argument("--width", type=int, default=640, help="pixels across (default 640)")
    options = parser.parse_args()
    picture = render(options.width, round(options.width * 2 / 3))
    Image.fromarray(picture).save(options.out, quality=90, optimize=True)


if __name__ == "__main__":
    main()
