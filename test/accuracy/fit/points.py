"""The arguments of the accuracy tests: the same numbers as ../points.ts makes, from the same seeds."""

import math
import struct

MASK = 0xFFFFFFFF


class Xorshift:
    """Marsaglia's xorshift128."""

    def __init__(self, seed):
        self.x, self.y, self.z, self.w = (123456789 ^ seed) & MASK, 362436069, 521288629, 88675123
        for _ in range(16):
            self.next()

    def next(self):
        t = (self.x ^ (self.x << 11)) & MASK
        self.x, self.y, self.z = self.y, self.z, self.w
        self.w = (self.w ^ (self.w >> 19) ^ t ^ (t >> 8)) & MASK
        return self.w

    def unit(self):
        high = self.next() >> 5
        return (high * 67108864 + (self.next() >> 6)) / 9007199254740992


def fround(x):
    try:
        return struct.unpack("<f", struct.pack("<f", x))[0]
    except OverflowError:
        return math.copysign(math.inf, x)


def to_order(x, single):
    if single:
        return struct.unpack("<I", struct.pack("<f", x))[0]
    return struct.unpack("<Q", struct.pack("<d", x))[0]


def from_order(order, single):
    if single:
        return struct.unpack("<f", struct.pack("<I", order))[0]
    return struct.unpack("<d", struct.pack("<Q", order))[0]


def draw(segment, random, single):
    rounding = fround if single else float
    if segment["kind"] == "line":
        return rounding(segment["low"] + (segment["high"] - segment["low"]) * random.unit())
    if segment["kind"] == "near":
        size = segment["width"] * 2.0 ** -math.floor(random.unit() * (24 if single else 53)) * random.unit()
        return rounding(segment["at"] + (size if random.next() & 1 else -size))
    low = to_order(rounding(segment["low"]), single)
    span = to_order(rounding(segment["high"]), single) - low + 1
    high_word = random.next()
    r = (high_word << 32) | random.next()
    x = from_order(low + ((span * r) >> 64), single)
    if segment["sign"] == "+":
        return x
    if segment["sign"] == "-":
        return -x
    return -x if random.next() & 1 else x


def points(segments, count, seed, single):
    random = Xorshift(seed)
    out = []
    total = sum(s["share"] for s in segments)
    for i, segment in enumerate(segments):
        last = i == len(segments) - 1
        end = count if last else min(count, len(out) + (count * segment["share"]) // total)
        while len(out) < end:
            out.append(draw(segment, random, single))
    return out
