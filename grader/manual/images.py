"""Pictures from notebooks, made anew: what is kept is pixels, never the bytes that somebody handed in.

A picture can carry a script, a name, the place where a photograph was taken, or a size that fills the memory of whoever
opens it. So only PNG and JPEG are read, the size is looked at before the pixels are, and both are written again.
"""

from __future__ import annotations

import base64
import binascii
import io
import warnings
from dataclasses import dataclass
from typing import Any

LARGEST = 16_000_000  # characters in base64
MOST_PIXELS = 50_000_000  # what the camera of a telephone makes
# Beyond it nobody reads better on a page, and a cohort's photographs of handwriting would fill it.
LONGEST_SIDE = 1_600
_KINDS = ("PNG", "JPEG")


@dataclass(frozen=True, kw_only=True, slots=True)
class Picture:
    """A picture that is safe to show.

    Attributes
    ----------
    kind : str
        "png" or "jpeg".
    data : str
        In base64.
    """

    kind: str
    data: str

    @property
    def uri(self) -> str:
        """The picture as the source of an ``img``."""
        return f"data:image/{self.kind};base64,{self.data}"


def picture(encoded: Any) -> Picture | None:
    """Return a picture from a notebook, None where it is none that can be shown.

    Parameters
    ----------
    encoded : object
        Base64 as notebooks hold it, a text or a list of texts; anything else is no picture.

    Examples
    --------
    >>> picture("PHN2Zz4=") is None
    True
    """
    from PIL import Image, ImageOps  # noqa: PLC0415 - slow to import, and marks are merged without it

    if isinstance(encoded, list) and all(isinstance(line, str) for line in encoded):
        encoded = "".join(encoded)
    if not isinstance(encoded, str) or len(encoded) > LARGEST:
        return None
    try:
        data = binascii.a2b_base64(encoded.encode("ascii"))
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # Pillow warns of what it finds odd, a size that fills the memory included
            with Image.open(io.BytesIO(data), formats=_KINDS) as image:
                if image.width * image.height > MOST_PIXELS:
                    return None
                kind = str(image.format).lower()
                upright = ImageOps.exif_transpose(image)
                upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
                made = upright.convert("RGB" if kind == "jpeg" else "RGBA")
        made.info = {}  # comments, profiles and the like would be written again
        buffer = io.BytesIO()
        made.save(buffer, kind, quality=85)
    except Exception:  # noqa: BLE001 - what a damaged or crafted picture makes of a decoder has no name
        return None
    return Picture(kind=kind, data=base64.b64encode(buffer.getvalue()).decode())
