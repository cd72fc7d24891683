#!/usr/bin/env python3
"""Render the sample car: `python scripts/render_car.py static/samples/car.jpg`.

The page needs a photo of a car that anyone may use, so the project makes its own. Rays are marched
in NumPy, a strip of the picture at a time, through the field of `car_model.py`; paint, glazing and
lamps then mirror a sky, a wood and a road that are made of noise. About half a minute.

Points and directions are float32 arrays of shape (3, N) in metres; colours are linear RGB, (3, N).
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
from car_model import (
    BOX_HIGH,
    BOX_LOW,
    Array,
    cabin,
    car,
    dot,
    glazing_margin,
    interior,
    mirrored,
    mix,
    normalise,
    pillar,
    smoothstep,
    surface,
    vec,
)
from numpy.typing import NDArray
from PIL import Image

Field = Callable[[Array], Array]
STRIP = 60_000  # rays that are marched together: their arrays fit the processor's cache

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


# --- light and surroundings -----------------------------------------------------------------------


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


SUN = normalise(vec(0.66, 0.80, 0.34))
SUN_COLOUR = vec(1.0, 0.93, 0.82) * 3.1
SKY_FILL = vec(0.55, 0.70, 0.95) * 0.75
EXPOSURE = 0.62


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
    light = 0.25 + 1.1 * np.clip(0.25 + 2.6 * (leaf - above), 0, 1) + 0.35 * height / top
    tint = noise(azimuth * 7 + 60, height * 4 + 70, 2)
    colour = mix(vec(0.055, 0.085, 0.030), vec(0.125, 0.115, 0.040), tint) * light
    colour = mix(colour, vec(0.42, 0.50, 0.58), 0.09)  # a little haze
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


# --- shading --------------------------------------------------------------------------------------


def cabin_view(p: Array, ray: Array) -> Array:
    """What is seen through a pane: the seats, or the world through the opposite window."""
    start = p + ray * 0.05

    def inside(q: Array) -> Array:
        return np.minimum(interior(q), -cabin(mirrored(q)))

    far = np.full(p.shape[1], 3.0, np.float32)
    reach = march(inside, start, ray, np.zeros_like(far), far)
    end = start + ray * np.where(np.isfinite(reach), reach, 3.0)
    open_pane = (glazing_margin(end) > 0) & ~pillar(end) & (interior(end) > 0.02)
    lit = 0.35 + 0.65 * np.maximum(normal_of(interior, end)[1], 0)
    seats = vec(0.085, 0.072, 0.062) * lit
    return np.where(open_pane, reflected(end, ray) * 0.55, seats)


def shade_car(p: Array, ray: Array) -> Array:
    """Light from the car's skin: sun, sky, what shines through and what is mirrored."""
    normal = normal_of(car, p)
    facing = np.clip(-dot(ray, normal), 0, 1)
    base, mirror, glazing = surface(p, normal)
    open_sky = openness(p, normal, 0.45) * (0.25 + 0.75 * openness(p, normal, 0.08))
    lifted = p + normal * 0.01
    sun = sunlight(lifted, SUN) * np.maximum(dot(normal, SUN), 0)
    bounce = vec(0.20, 0.19, 0.18) * np.clip(0.5 - 0.5 * normal[1], 0, 1)
    fill = SKY_FILL * np.clip(0.5 + 0.5 * normal[1], 0, 1) + bounce
    lit = base * (SUN_COLOUR * sun + fill * open_sky)
    if glazing.any():
        lit[:, glazing] = cabin_view(p[:, glazing], ray[:, glazing]) * vec(0.72, 0.80, 0.78)
    bounced = ray + 2 * facing * normal
    glossy = mirror > 0.015  # rubber does not shine, even at a grazing angle
    fresnel = np.where(glossy, mirror + (1 - mirror) * (1 - facing) ** 5, mirror)  # Schlick
    shine = reflected(p, normalise(bounced)) * (fresnel * (0.3 + 0.7 * open_sky))
    spark = np.maximum(dot(bounced, SUN), 0)
    lit = lit + base * SUN_COLOUR * (spark**5 * 0.8 * sun)  # flakes in the paint
    glint = (spark**900 * 14 + spark**60 * 0.35) * ((sun > 0.02) & glossy)
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
    turn = np.radians(40.0)
    eye = vec(float(np.cos(turn)) * 9.6, 1.50, float(np.sin(turn)) * 9.6)
    ahead = normalise(vec(0.12, 0.75, -0.10) - eye)
    right = normalise(np.cross(ahead, vec(0, 1, 0), axis=0))
    above = np.cross(right, ahead, axis=0)
    span = 0.198  # half the height of the picture at distance 1
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
    strips = np.array_split(rays, max(1, wide * high // STRIP), axis=1)
    colours, distances = zip(*(trace(eye, strip) for strip in strips), strict=True)
    scene = np.concatenate(colours, 1).T.reshape(high, wide, 3)
    distance = np.concatenate(distances).reshape(high, wide, 1)
    # The lens is focused on the car: what lies far behind it is soft. The blur leaves the car out,
    # or it would shed a red seam on the lawn.
    behind = (distance >= 0).astype(np.float32)
    soft = blurred(scene * behind, wide / 600) / np.maximum(blurred(behind, wide / 600), 1e-3)
    scene = mix(scene, soft, smoothstep(11, 24, distance))
    return develop(scene, width, height, oversampling)


def trace(eye: Array, rays: Array) -> tuple[Array, Array]:
    """Light (3, N) that arrives along rays, and how far it came: 80 m for the sky, -1 for the
    car.
    """
    start, end = box_span(eye, rays)
    reach = march(car, np.broadcast_to(eye, rays.shape), rays, start, end)
    hit = np.isfinite(reach)
    colour, distance = surroundings(rays), np.full(hit.shape, 80, np.float32)
    road = np.flatnonzero(~hit & (rays[1] < -0.004))
    if road.size:
        distance[road] = eye[1] / -rays[1, road]
        haze = 1 - np.exp(-distance[road] / 1500)
        lit = shade_ground(eye + rays[:, road] * distance[road])
        colour[:, road] = mix(lit, vec(0.5, 0.6, 0.7), haze)
    if hit.any():
        distance[hit] = -1
        colour[:, hit] = shade_car(eye + rays[:, hit] * reach[hit], rays[:, hit])
    return colour, distance


def develop(scene: Array, width: int, height: int, oversampling: int) -> NDArray[np.uint8]:
    """From light to picture: lens glow, vignette, film curve (Narkowicz's ACES fit), grain."""
    scene = scene.reshape(height, oversampling, width, oversampling, 3)
    scene = np.minimum(scene, 6).mean((1, 3))
    scene = 0.94 * scene + 0.06 * blurred(scene, width / 90)
    v, u = np.meshgrid(np.linspace(-1, 1, height), np.linspace(-1, 1, width), indexing="ij")
    scene = scene * EXPOSURE * (1 - 0.16 * (u * u + v * v))[..., None]
    film = scene * (2.51 * scene + 0.03) / (scene * (2.43 * scene + 0.59) + 0.14)
    film = np.clip(film, 0, 1)
    srgb = np.where(film < 0.0031308, 12.92 * film, 1.055 * film ** (1 / 2.4) - 0.055)
    grain = np.random.default_rng(3).normal(0, 0.008, (height, width, 1))
    return np.asarray(np.clip((srgb + grain) * 255 + 0.5, 0, 255), np.uint8)


def main() -> None:
    parser = argparse.ArgumentParser(description="Render the sample car.")
    parser.add_argument("out", type=Path, help="picture to write, for example car.jpg")
    parser.add_argument("--width", type=int, default=960, help="pixels across (default 960)")
    options = parser.parse_args()
    picture = render(options.width, round(options.width * 2 / 3))
    Image.fromarray(picture).save(options.out, quality=88, optimize=True)


if __name__ == "__main__":
    main()
