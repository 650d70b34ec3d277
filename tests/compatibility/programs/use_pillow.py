# /// script
# dependencies = ["pillow"]
# ///
"""Draws, writes and reads JPEG, WebP, PNG and TIFF, and sets text with FreeType."""

import io

from PIL import Image, ImageChops, ImageCms, ImageDraw, ImageFilter, ImageFont, ImageStat, features

for name in ("freetype2", "webp", "jpg", "zlib", "libtiff", "littlecms2", "raqm"):
    print(name, features.check(name))

image = Image.new("RGB", (160, 100), "white")
draw = ImageDraw.Draw(image)
draw.rectangle((10, 10, 80, 60), fill="navy", outline="red", width=3)
draw.ellipse((70, 30, 150, 90), fill=(0, 160, 80))
font = ImageFont.load_default(24)
print("font", type(font).__name__, font.getname(), font.getbbox("Text"), round(font.getlength("Text"), 2))
draw.text((20, 20), "Text", font=font, fill="white")
print("drawn", image.getpixel((12, 12)), image.getpixel((110, 60)), len(image.getcolors(10000)) > 10)

for kind in ("PNG", "JPEG", "WEBP", "TIFF", "GIF"):
    buffer = io.BytesIO()
    image.save(buffer, kind)
    again = Image.open(io.BytesIO(buffer.getvalue()))
    again.load()
    off = ImageStat.Stat(ImageChops.difference(image, again.convert("RGB"))).mean
    print(kind, again.format, again.size, again.mode, max(off) < 8)
buffer = io.BytesIO()
image.save(buffer, "TIFF", compression="tiff_lzw")
print("lzw", Image.open(buffer).info["compression"])

print("blurred", image.filter(ImageFilter.GaussianBlur(4)).getpixel((45, 35)))
print("resized", image.resize((16, 10), Image.Resampling.LANCZOS).size)
profile = ImageCms.createProfile("sRGB")
print("colour", ImageCms.getProfileName(ImageCms.ImageCmsProfile(profile)).strip())
try:
    Image.open(io.BytesIO(b"no image"))
except Image.UnidentifiedImageError as error:
    print("error", type(error).__name__)
