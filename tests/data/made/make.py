"""Files of data as NumPy and Pillow write them, for the tests of readers: small, stored, and made once by this."""
import os
import struct
import numpy as np
from PIL import Image

here = os.path.dirname(os.path.abspath(__file__))
rng = np.random.default_rng(7)


def path(*parts):
    out = os.path.join(here, *parts)
    os.makedirs(os.path.dirname(out), exist_ok=True)
    return out


# Keras' layout, packed; the same images as IDX, as PNG files in folders of classes, and as a table that lists them.
train = rng.integers(0, 256, (40, 8, 8), dtype=np.uint8)
test = rng.integers(0, 256, (10, 8, 8), dtype=np.uint8)
train_labels = np.arange(40, dtype=np.uint8) % 10
test_labels = np.arange(10, dtype=np.uint8)
np.savez_compressed(path("keras.npz"), x_train=train, y_train=train_labels, x_test=test, y_test=test_labels)
for name, images, labels in [("train", train, train_labels), ("t10k", test, test_labels)]:
    with open(path("idx", f"{name}-images-idx3-ubyte"), "wb") as file:
        file.write(struct.pack(">IIII", 0x803, len(images), 8, 8) + images.tobytes())
    with open(path("idx", f"{name}-labels-idx1-ubyte"), "wb") as file:
        file.write(struct.pack(">II", 0x801, len(labels)) + labels.tobytes())
rows = ["file,label,split"]
for split, images, labels in [("train", train, train_labels), ("test", test, test_labels)]:
    for index, (image, label) in enumerate(zip(images, labels)):
        Image.fromarray(image).save(path("folders", split, str(label), f"{index}.png"))
        rows.append(f"folders/{split}/{label}/{index}.png,{label},{split}")
with open(path("table.csv"), "w") as file:
    file.write("\n".join(rows) + "\n")

# dSprites' layout: masks, factors, and a pickled object.
factors = np.array([[1, s, z, r, x, y] for s in (1, 2, 3) for z in (0.5, 1.0) for r in (0.0, 3.0)
                    for x in (0.0, 1.0) for y in (0.0, 1.0)], dtype=np.float64)
masks = (rng.random((48, 16, 16)) < 0.3).astype(np.uint8)
np.savez_compressed(path("sprites.npz"), metadata=np.array({"title": "a dictionary"}, dtype=object), imgs=masks,
                    latents_values=factors, latents_classes=factors.astype(np.int64))

# Several types: the same four grey values each, of 12 images of 3 by 4.
values = np.tile(np.array([0.0, 1.0, 0.25, 0.5]), 36).reshape(12, 3, 4)
for name, array in [("f16", values.astype(np.float16)), ("f64", values), ("signed", (2 * values - 1).astype(np.float32)),
                    ("bool", values > 0.4), ("u16", (values * 65532).astype(np.uint16)),
                    ("nchw", np.repeat(values[:, None], 3, 1).astype(np.float32)),
                    ("nhwc", np.repeat(values[..., None], 3, 3).astype(np.float32))]:
    np.savez(path("types", f"{name}.npz"), array, weights=np.arange(12, dtype=np.float32),
             labels=np.arange(12, dtype=np.int64) % 3)

# Labels as words: UTF-32 in either order, bytes, more than classes can be; and a column of text that is no class.
names = np.array(["ship", "cat", "größer", "cat", "", "犬", "10", "9", "cat", "ship", "犬", "größer"])
np.save(path("words", "utf32.npy"), values.astype(np.float32))
np.save(path("words", "utf32_labels.npy"), names)
np.save(path("words", "big.npy"), values.astype(np.float32))
np.save(path("words", "big_labels.npy"), names.astype(">U9"))
np.save(path("words", "bytes.npy"), values.astype(np.float32))
np.save(path("words", "bytes_labels.npy"), np.char.encode(names, "utf-8"))
np.savez_compressed(path("words", "parts.npz"), x_train=train[:12], y_train=names, x_test=test[:3],
                    y_test=np.array(["cat", "a longer name", "犬"]), author_train=names[::-1], author_test=names[:3])
many = np.arange(300 * 4, dtype=np.uint8).reshape(300, 2, 2)
np.savez_compressed(path("words", "many.npz"), images=many, labels=np.array([f"n{index}" for index in range(300)]))

# One picture in every format and size: left half red, right half blue.
picture = np.zeros((20, 30, 3), dtype=np.uint8)
picture[:, :15] = (255, 0, 0)
picture[:, 15:] = (0, 0, 255)
image = Image.fromarray(picture)
for ending, options in [("png", {}), ("bmp", {}), ("gif", {}), ("webp", {"lossless": True}), ("tiff", {}),
                        ("jpg", {"quality": 95})]:
    image.save(path("formats", f"a.{ending}"), **options)
image.resize((60, 40), Image.NEAREST).save(path("formats", "large.png"))
Image.fromarray((np.linspace(0, 65535, 600).reshape(20, 30)).astype(np.uint16)).save(path("formats", "deep.png"))
alpha = np.zeros((20, 30, 4), dtype=np.uint8)
alpha[..., 0] = 255
alpha[:10, :, 3] = 255
Image.fromarray(alpha).save(path("formats", "clear.png"))
turned = Image.fromarray(picture.transpose(1, 0, 2))
exif = Image.Exif()
exif[0x0112] = 5
turned.save(path("formats", "turned.jpg"), quality=95, exif=exif)
with open(path("formats", "broken.png"), "wb") as file:
    file.write(b"\x89PNG\r\n\x1a\n and then nothing")
