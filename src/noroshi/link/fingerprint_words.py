"""Show fingerprints as words, which people compare more easily than hexadecimal digits.

A word stands for a byte, and eight words for the first eight bytes of a SHA-256. Each language has
a list of its own: the translation of `WORDS` in its catalogue. The lists never change, as the two
sides of a comparison may be of different versions.
"""

from __future__ import annotations

import base64
import binascii

from noroshi.core.translation import _

WORDS = _(
    "acorn amber anchor angel apple apron arrow artist autumn badge baker bamboo barrel "
    "basket beacon beaver bell bicycle biscuit blanket bottle bread bridge broom bucket "
    "buffalo button cabin cactus camera candle canyon captain carpet carrot castle cedar "
    "chain cherry chess chimney church cinema circus clover cocoa coffee comet copper coral "
    "cotton cradle cricket crown curtain cyclone daisy dancer desert diamond doctor dolphin "
    "donkey dragon drum eagle eclipse elbow elephant engine falcon farmer feather finger "
    "fisher flower flute forest fossil fountain frog galaxy garden garlic ginger giraffe "
    "glacier glove goat grape guitar hammer harbor harvest hedge helmet heron honey horse "
    "hotel iceberg island jacket jaguar jasmine jelly jewel journal jungle kangaroo kettle "
    "kitchen kite knight koala ladder lagoon lantern lemon leopard letter library lily lion "
    "lizard lobster lotus magnet mango maple market melon mermaid meteor mirror monkey moon "
    "mosaic mountain mushroom mustard napkin needle nest ninja nutmeg oasis ocean olive onion "
    "opera orange orchid otter owl oyster palace panda paper parrot peach pebble pelican "
    "pencil pepper piano pigeon pillow pilot planet plum pocket poet pony potato prairie "
    "prince pumpkin puppet pyramid quartz queen rabbit raccoon radio rainbow raven ribbon "
    "river robin rocket rose saddle sailor salmon sandal scarf school season shadow shelter "
    "shovel silver sister skate snow soldier spider spoon squirrel statue storm summer sunset "
    "swan table tailor teacher temple tennis thunder tiger tomato torch tower tractor train "
    "trumpet tulip tunnel turtle umbrella unicorn valley vanilla velvet village violet "
    "volcano voyage wagon walnut walrus water weaver whale wheat whistle willow window winter "
    "wizard wolf yacht yogurt zebra"
)
"""A word for each byte from 0 to 255."""
SHOWN_BYTES = 8


def fingerprint_words(digest: bytes, language: str) -> tuple[str, ...]:
    """Return the eight words of a SHA-256 in a language."""
    words = WORDS.say(language).split()
    return tuple(words[byte] for byte in digest[:SHOWN_BYTES])


def fingerprint_digits(digest: bytes) -> str:
    """Return a SHA-256 in hexadecimal digits, as OpenSSL prints it: 3C:91:5A…"""
    return digest.hex(":").upper()


def digest_of(thumbprint: str) -> bytes:
    """Return the SHA-256 of an RFC 7638 thumbprint, which has it in base64url; b"" for a text that
    is none."""
    try:
        return base64.b64decode(
            thumbprint + "=" * (-len(thumbprint) % 4), altchars=b"-_", validate=True
        )
    except (ValueError, binascii.Error):
        return b""
