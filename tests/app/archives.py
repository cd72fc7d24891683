"""ZIPs of pictures: good ones, hostile ones, and mutilated ones that are the same in every run."""

import io
import random
import struct
import zipfile

from tests.app.conftest import picture_bytes

RED, BLUE = picture_bytes(seed=1), picture_bytes((32, 32), kind="JPEG", seed=2)
GOOD = {
    "cats/1.png": RED,
    "cats/2.jpg": BLUE,
    "dogs/1.png": picture_bytes((20, 50), seed=3),
    "dogs/sub/2.png": picture_bytes(mode="L", seed=4),
}


def packed(files, method=zipfile.ZIP_DEFLATED) -> bytes:
    """Files by name, or (ZipInfo, content) pairs, as a ZIP."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in files.items() if isinstance(files, dict) else files:
            archive.writestr(name, content)
    return buffer.getvalue()


def entry(name, **attributes) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    for key, value in attributes.items():
        setattr(info, key, value)
    return info


def encrypted() -> bytes:
    """The flag alone: nobody comes as far as the password."""
    data = bytearray(packed(GOOD))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(mark)
        data[at + place] |= 1
    return bytes(data)


def lying_about_sizes(content: bytes, claimed: int) -> bytes:
    """An entry that unpacks to more than its headers say."""
    data = bytearray(packed({**GOOD, "cats/large.bmp": content}))
    honest = struct.pack("<I", len(content))
    while (at := data.find(honest)) >= 0:
        data[at : at + 4] = struct.pack("<I", claimed)
    return bytes(data)


def mutant(number: int) -> tuple[str, bytes]:
    """What was done to a good archive, and what came of it."""
    rng = random.Random(number)
    method = rng.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
    data = bytearray(packed(GOOD, method))
    kind = rng.choice(["flip", "flip", "cut", "insert", "remove", "headers", "headers", "twice"])
    if kind == "flip":
        for _ in range(rng.randint(1, 40)):
            data[rng.randrange(len(data))] = rng.randrange(256)
    elif kind == "cut":
        del data[rng.randrange(len(data)) :]
    elif kind == "insert":
        at = rng.randrange(len(data))
        data[at:at] = rng.randbytes(rng.randint(1, 200))
    elif kind == "remove":
        at = rng.randrange(len(data))
        del data[at : at + rng.randint(1, 200)]
    elif kind == "headers":
        marks = [i for i in range(len(data)) if data[i : i + 2] == b"PK"]
        for _ in range(rng.randint(1, 6)):
            at = rng.choice(marks) + rng.randint(2, 45)
            if at < len(data):
                data[at] = rng.choice([0, 1, 255, rng.randrange(256)])
    else:
        data += data[rng.randrange(len(data)) :]
    return f"{kind} {number}", bytes(data)
