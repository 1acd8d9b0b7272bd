"""Reports through the public door with a photograph of two million bytes, no two alike, taken before the clock runs."""

import tempfile
import uuid
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from desk_report import report as without_photo
from pictures import photographs
from town import DeskTown, percentile, result, seconds_asked, send

REACH, AT_ONCE = 20.0, 4
SPARE = 5
"""Times as many photographs as the figure needs."""


def take(folder: str, first: int, count: int) -> int:
    """Photographs into the folder; how many bytes they have."""
    size = 0
    for number, body in enumerate(photographs(count, seed=first + 1), first):
        (Path(folder) / f"{number}.jpg").write_bytes(body)
        size += len(body)
    return size


def form(folder: Path, number: int) -> tuple[bytes, str]:
    """The report as a form with its photograph; IndexError when there are no more."""
    import json

    path = folder / f"{number}.jpg"
    if not path.exists():
        raise IndexError("more photographs are needed")
    parts, line = [], uuid.uuid4().hex
    for name, value in json.loads(without_photo(number)[0]).items():
        parts.append(f'--{line}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode())
    parts.append(f'--{line}\r\nContent-Disposition: form-data; name="photos"; filename="{number}.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'.encode())
    return b"".join(parts) + path.read_bytes() + f"\r\n--{line}--\r\n".encode(), f"multipart/form-data; boundary={line}"


if __name__ == "__main__":
    seconds = seconds_asked(30)
    count = int((seconds + 3) * REACH * SPARE)
    with DeskTown() as desk, tempfile.TemporaryDirectory() as place:
        with ProcessPoolExecutor(2) as taking:
            half = (count + 1) // 2
            size = sum(taking.map(take, (place, place), (0, half), (half, count - half)))
        print(f"{count} photographs of {size / count / 1e6:.2f} MB in the mean", flush=True)
        folder, headers = Path(place), {"Authorization": f"Bearer {desk.key}"}
        first = int(3 * REACH * SPARE)
        send(desk.town.port, "/api/v1/portal/reports", headers, lambda n: form(folder, n), 3, AT_ONCE)
        took, rate = send(desk.town.port, "/api/v1/portal/reports", headers, lambda n: form(folder, first + n), seconds, AT_ONCE)
    print(f"{len(took)} reports, {rate:.1f}/s, median {percentile(took, 0.5):.0f} ms, 95 % {percentile(took, 0.95):.0f} ms", flush=True)
    result(
        "desk_report_photo", round(rate, 1), "reports/s", REACH, "Signalen: 4 to 5/s", round(rate / 5, 1), rate >= REACH,
        p95_ms=round(percentile(took, 0.95)), megabytes=round(size / count / 1e6, 2), cases=desk.laid["cases"],
    )  # fmt: skip
