"""The sample car: its shape as a signed distance field, and its materials.

For such fields see Hart 1996, "Sphere tracing: a geometric method for the antialiased ray tracing
of implicit surfaces".

Side profile, plan and section curves meet in smooth maxima, wheel arches are cut out, and lamps,
grille and number plate are volumes that mark the skin where it passes through them.

Units are metres: x runs to the front of the car, y up, z to its left side; the road is y = 0.
Points are float32 arrays of shape (3, N); a field maps them to (N,) distances, negative inside.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Mask = NDArray[np.bool_]

AXLES = (1.36, -1.30)  # x of the front and the rear axle
WHEEL_RADIUS = 0.335
WHEEL_TRACK = 0.785  # z of the middle of a wheel
BOX_LOW, BOX_HIGH = (-2.4, 0.0, -1.15), (2.4, 1.5, 1.15)

# --- small tools ----------------------------------------------------------------------------------


def vec(*xyz: float) -> Array:
    return np.array(xyz, np.float32).reshape(3, 1)


def normalise(v: Array) -> Array:
    return v / np.sqrt((v * v).sum(0))


def dot(a: Array, b: Array) -> Array:
    return (a * b).sum(0)


def mix(a: Array, b: Array, share: Array | float) -> Array:
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


# --- the car --------------------------------------------------------------------------------------

SHOULDER = Curve(  # height of bonnet, belt line and boot along the car
    [(-2.3, 0.9), (-2.1, 1.0), (-1.6, 1.01), (-0.6, 0.955), (0.8, 0.93), (1.5, 0.83), (1.9, 0.73),
     (2.2, 0.56), (2.4, 0.4)], 0.10)  # fmt: skip
ROOF = Curve(
    [(-2.1, 0.2), (-1.92, 0.65), (-1.75, 0.96), (-1.0, 1.32), (-0.45, 1.40), (0.0, 1.375), (0.98, 0.86),
     (2.0, 0.2)], 0.09)  # fmt: skip
PLAN = Curve(  # half the width, seen from above
    [(-2.4, 0.74), (-1.9, 0.87), (-1.2, 0.915), (1.2, 0.915), (1.8, 0.865), (2.3, 0.72)], 0.14
)
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


def glazing_margin(p: Array) -> Array:
    """How far inside a pane a point of the cabin's skin lies, in metres; negative outside."""
    x, y, side = mirrored(p)
    along = bent(x, side)
    below_roof, from_side = ROOF(along) - y - 0.035 * side * side, cabin_width(y) - side
    sill = y - SHOULDER(x)
    door = np.minimum(below_roof * 0.8 - 0.055, sill - 0.03)
    screen = np.minimum(from_side - 0.065, sill - 0.02)
    screen = np.minimum(screen, np.maximum(along - 0.12, -0.98 - along))
    return np.where(below_roof > from_side + 0.02, door, screen)


def pillar(p: Array) -> Mask:
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


# --- materials -----------------------------------------------------------------------------------

PLATE_LETTERS = (
    "### ### #   # #   #  ### # #",
    "#   # # ##  # #   #  #   # #",
    "#   # # # # #  # #   ### ###",
    "#   # # #  ##  # #   # #   #",
    "### ### #   #   #    ###   #",
)


def surface(p: Array, normal: Array) -> tuple[Array, Array, Mask]:
    """Base colour (3, N), reflectance at right angles (N) and where the windows are (N)."""
    q = mirrored(p)
    x, y, side = q
    colour = np.broadcast_to(vec(0.33, 0.010, 0.005), p.shape).copy()
    mirror = np.full(x.shape, 0.085, np.float32)

    def paint(where: Mask, rgb: tuple[float, float, float], reflectance: float) -> None:
        # A later coat covers an earlier one.
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
    lamp = np.maximum(lamp, y - 0.678 - 0.11 * (side - 0.6))  # and has a straight brow
    paint(lamp < 0, (0.02, 0.02, 0.022), 0.08)
    bulb = np.minimum(np.hypot(y - 0.645, side - 0.60), np.hypot(y - 0.650, side - 0.745))
    paint(lamp < -0.006, (0.06, 0.062, 0.066), 0.28)
    paint((lamp < -0.008) & (bulb < 0.048), (0.17, 0.175, 0.18), 0.45)
    paint((lamp < -0.008) & (bulb < 0.042), (0.10, 0.105, 0.115), 0.45)
    paint((lamp < -0.008) & (bulb < 0.019), (0.9, 0.9, 0.88), 0.3)
    paint(ellipsoid(q, vec(-2.0, 0.82, 0.72), vec(0.3, 0.07, 0.22)) < 0, (0.30, 0.004, 0.006), 0.1)

    in_cabin = (cabin(q) < 0.006) & (body(q) > 0.004)
    margin = glazing_margin(p)
    paint(in_cabin & (margin > -0.016), (0.008, 0.008, 0.009), 0.04)
    glazing = in_cabin & (margin > 0) & ~pillar(p)

    wheels = wheel(q) < 0.004
    hub, depth = axle_distance(x, y), side - WHEEL_TRACK
    paint(wheels, (0.018, 0.018, 0.019), 0.012)
    paint(wheels & (hub < 0.245), (0.03, 0.03, 0.032), 0.05)
    paint(wheels & (hub < 0.17) & (depth < 0.02), (0.16, 0.155, 0.15), 0.2)
    alloy = wheels & (hub < 0.249) & (depth > 0.03)
    paint(alloy, (0.19, 0.19, 0.20), 0.55)
    arch = (axle_distance(x, y) < 0.392) & ~wheels & (side < 0.885)
    paint(arch, (0.006, 0.006, 0.006), 0.0)
    return colour, mirror, glazing


def plate_letters(p: Array) -> Mask:
    """True where the number plate is printed on."""
    row = np.floor((0.447 - p[1]) / 0.015).astype(np.int32)
    column = np.floor((0.235 - p[2]) / 0.0168).astype(np.int32)
    inside = (row >= 0) & (row < 5) & (column >= 0) & (column < 28)
    bits = np.array([[cell == "#" for cell in line] for line in PLATE_LETTERS])
    return inside & bits[np.clip(row, 0, 4), np.clip(column, 0, 27)]
