"""The options and answers of the service as its OpenAPI text describes them."""

from typing import Literal

import pydantic

from dbdgan_tf.inference.rendering import ENDINGS
from dbdgan_tf.sharpness import SHARP_AT

DESCRIPTION = """Which pixels of a photograph are out of focus, and how sharp is it?

Send one image as the body (`curl --data-binary @photo.jpg URL/map > map.png`), or several as files of a
multipart form (`curl -F a=@a.jpg -F b=@b.jpg URL/score`); they are done one after the other. JPEG, PNG, WebP,
BMP, TIFF, AVIF; HEIC and RAW where their readers are installed. Errors are `{"error": "one sentence"}`. 503
means that every place is taken or that the time was over: try again after the seconds of `Retry-After`."""
_BINARY = {"type": "string", "format": "binary"}
_FORM = {"schema": {"type": "object", "additionalProperties": _BINARY}}
_KINDS = dict.fromkeys(("image/*", "application/octet-stream"), {"schema": _BINARY}) | {
    "multipart/form-data": _FORM
}
_ABOUT = "One image, or a form whose files are images."
BODY = {"requestBody": {"required": True, "description": _ABOUT, "content": _KINDS}}


class MapOptions(pydantic.BaseModel, extra="forbid"):
    """As the options of `dbdgan map`."""

    format: Literal[tuple(ENDINGS)] = pydantic.Field("map", description="What to draw; always PNG.")
    threshold: float | None = pydantic.Field(
        None, ge=0, le=1, allow_inf_nan=False, description="From here on a pixel is blurred; 0.5."
    )
    conservative: bool = pydantic.Field(False, description="No blurred pixel may pass: stricter, grown.")
    white: Literal["blur", "focus"] = pydantic.Field("blur", description="What white means.")
    max_side: int | None = pydantic.Field(None, ge=1, description="Longest side of the output, px.")


class ScoreOptions(pydantic.BaseModel, extra="forbid"):
    """As the options of `dbdgan score`."""

    roi: str | None = pydantic.Field(None, description="x,y,w,h of the subject: px, or shares up to 1.")
    sharp_at: int = pydantic.Field(SHARP_AT, ge=1, description="Long side, px, at which to be sharp.")


class ScoredImage(pydantic.BaseModel):
    """The columns of `dbdgan score`; null where the image could not be used."""

    path: str = pydantic.Field(description="The file's name in the form, empty for a single image.")
    verdict: Literal["sharp", "soft", "uncertain"] | None
    sharpness: float | None = pydantic.Field(description="0 to 1, ranks; 1 = edges as thin as pixels allow.")
    edge_px: float | None = pydantic.Field(description="Width of the subject's edges, px.")
    sharp_up_to: int | None = pydantic.Field(description="Long side, px, up to which it is critically sharp.")
    blur: Literal["none", "defocus", "motion"] | None
    in_focus: float | None = pydantic.Field(description="Share of the pixels that the map calls in focus.")
    width: int | None
    height: int | None
    error: str = pydantic.Field(description="Why it could not be used; empty if it could.")


class MappedImage(pydantic.BaseModel):
    """One image of several."""

    path: str
    map_png: str | None = pydantic.Field(description="PNG in base64.")
    error: str | None


class Error(pydantic.BaseModel):
    """Why a request was not fulfilled."""

    error: str
