"""The publisher's colour, made readable: shades of it that keep WCAG 2.2's contrast on light and on dark."""

from colorsys import hls_to_rgb, rgb_to_hls
from dataclasses import dataclass

READABLE = 4.5  # the least contrast of text, WCAG 2.2, 1.4.3
STEPS = 50
MIDDLE = 0.18  # the luminance that white and black contrast with alike
Rgb = tuple[int, int, int]
# The least favourable grounds in pages.css: the darker of the light ones, the lighter of the dark ones.
LIGHT_GROUND = "#f4f1ea"
DARK_GROUND = "#202327"


@dataclass(frozen=True, slots=True)
class Accent:
    """A colour for text and buttons on one ground, and the colour of text on it."""

    colour: str
    text: str


def accent_on(ground: str, colour: str) -> Accent:
    """The shade nearest to ``colour`` that can be read on ``ground``, darker on a light one, lighter on a dark one."""
    hue, lightness, saturation = rgb_to_hls(*(channel / 255 for channel in _rgb(colour)))
    end = 0.0 if _luminance(_rgb(ground)) > MIDDLE else 1.0
    lightnesses = (lightness + (end - lightness) * step / STEPS for step in range(STEPS + 1))
    shades = (_hex(hls_to_rgb(hue, lighter, saturation)) for lighter in lightnesses)
    shade = next(shade for shade in shades if contrast(shade, ground) >= READABLE)
    return Accent(shade, text_on(shade))


def text_on(colour: str) -> str:
    """White or black, whichever reads better; one of them always has enough contrast."""
    return max(("#ffffff", "#000000"), key=lambda text: contrast(text, colour))


def contrast(one: str, other: str) -> float:
    """WCAG's contrast ratio, from 1 to 21."""
    lighter, darker = sorted((_luminance(_rgb(one)), _luminance(_rgb(other))), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: Rgb) -> float:
    red, green, blue = (_linear(channel / 255) for channel in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)


def _rgb(text: str) -> Rgb:
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def _hex(colour: tuple[float, float, float]) -> str:
    return "#{:02x}{:02x}{:02x}".format(*(round(channel * 255) for channel in colour))
