"""Near duplicates have hashes that are near."""

import random
from io import BytesIO

from PIL import Image, ImageFilter

from labelwright.media.fingerprint import Nearest, dhash, hamming


def photo(seed: int) -> Image.Image:
    """Soft random blobs, as a photo has."""
    chance = random.Random(seed)
    image = Image.new("L", (12, 9))
    image.putdata([chance.randrange(256) for _ in range(108)])
    return image.resize((400, 300), Image.Resampling.BICUBIC).convert("RGB")


def test_scaling_blurring_and_saving_again_change_few_bits() -> None:
    image = photo(1)
    out = BytesIO()
    image.resize((200, 150)).filter(ImageFilter.GaussianBlur(1)).save(out, "JPEG", quality=40)

    assert hamming(dhash(image) or 0, dhash(Image.open(out)) or 0) <= 3


def test_different_pictures_differ_in_many_bits() -> None:
    hashes = [dhash(photo(seed)) or 0 for seed in range(20)]

    assert min(hamming(a, b) for i, a in enumerate(hashes) for b in hashes[:i]) > 10


def test_flat_pictures_have_no_hash() -> None:
    assert dhash(Image.new("RGB", (50, 50), "white")) is None
    assert dhash(Image.linear_gradient("L")) is None


def test_the_nearest_of_many_is_found_as_by_looking_at_each() -> None:
    chance = random.Random(3)
    known = [(chance.getrandbits(64), f"item {i}") for i in range(3000)]
    nearest = Nearest(known[:1000])
    for value, name in known[1000:]:
        nearest.add(value, name)

    for _ in range(50):
        value, name = known[chance.randrange(3000)]
        asked = value ^ (1 << chance.randrange(64)) ^ (1 << chance.randrange(64))
        by_hand = min((hamming(asked, other), index) for index, (other, _) in enumerate(known))
        assert nearest.find(asked, 2) == (known[by_hand[1]][1], by_hand[0])
        assert nearest.find(value, 0) == (name, 0)


def test_nothing_is_near_among_nothing_or_too_far() -> None:
    assert Nearest().find(5, 64) is None
    assert Nearest([(0, "a")]).find(0b11111, 4) is None
