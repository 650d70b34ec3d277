# /// script
# dependencies = ["opencv-python-headless"]
# ///
"""Filters, features, encoders, codes and markers, a video written and read through its FFmpeg, perspective, submodules, errors."""

import os
import tempfile

import cv2
import numpy as np

picture = np.zeros((120, 160, 3), np.uint8)
cv2.rectangle(picture, (20, 20), (80, 80), (0, 255, 0), -1)
cv2.circle(picture, (120, 60), 25, (255, 0, 0), 3)
cv2.putText(picture, "Text", (20, 110), cv2.FONT_HERSHEY_SIMPLEX, 0.7, (255, 255, 255), 1, cv2.LINE_AA)
grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
print("grey", grey[50, 50], cv2.GaussianBlur(grey, (5, 5), 1)[20, 20] > 0, cv2.resize(picture, (80, 60), interpolation=cv2.INTER_AREA).shape)
contours, _ = cv2.findContours(cv2.threshold(grey, 100, 255, cv2.THRESH_BINARY)[1], cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
print("contours", max(cv2.contourArea(contour) for contour in contours), cv2.Canny(grey, 50, 150).any())
for kind in (".png", ".jpg", ".webp", ".tiff", ".jp2", ".bmp"):
    good, data = cv2.imencode(kind, picture)
    print(kind, good, float(np.abs(cv2.imdecode(data, cv2.IMREAD_COLOR).astype(int) - picture).mean()) < 8)
points, descriptors = cv2.ORB_create(50).detectAndCompute(np.random.default_rng(1).integers(0, 255, (100, 100), np.uint8), None)
print("orb", len(points) > 10, descriptors.shape[1])
code = cv2.QRCodeEncoder.create().encode("hello")
code = cv2.copyMakeBorder(cv2.resize(code, None, fx=8, fy=8, interpolation=cv2.INTER_NEAREST), 40, 40, 40, 40, cv2.BORDER_CONSTANT, value=255)
print("qr", cv2.QRCodeDetector().detectAndDecode(code)[0])
dictionary = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50)
marker = cv2.copyMakeBorder(cv2.aruco.generateImageMarker(dictionary, 7, 80), 20, 20, 20, 20, cv2.BORDER_CONSTANT, value=255)
print("marker", cv2.aruco.ArucoDetector(dictionary).detectMarkers(marker)[1].tolist())
print("submodules", cv2.videoio_registry.getBackendName(cv2.CAP_FFMPEG), cv2.utils.dumpInt(5), cv2.typing.MatLike is not None)
with tempfile.TemporaryDirectory() as directory:
    path = os.path.join(directory, "x.avi")
    writer = cv2.VideoWriter(path, cv2.CAP_FFMPEG, cv2.VideoWriter_fourcc(*"MJPG"), 10, (160, 120))
    for _ in range(5):
        writer.write(picture)
    writer.release()
    reader = cv2.VideoCapture(path, cv2.CAP_FFMPEG)
    print("video", reader.getBackendName(), sum(1 for _ in iter(lambda: reader.read()[0], False)))
print("perspective", cv2.getPerspectiveTransform(np.float32([[0, 0], [1, 0], [1, 1], [0, 1]]), np.float32([[0, 0], [2, 0], [2, 2], [0, 2]])).round(6).tolist())
print("dft", cv2.dft(np.eye(2, dtype=np.float32)).tolist(), "FFMPEG" in cv2.getBuildInformation())
try:
    cv2.resize(picture, (0, 0))
except cv2.error as error:
    print("error", error.func, error.code)
