"""From a release straight to a trainer, four ways. Run with the folder of a release:

    labelwright export "Blood cells" cells-v1 --format labelwright --release v1
    python examples/train_from_release.py cells-v1

What is not installed is passed over. On a server, `Client(url, token).open_release("Blood cells", "v1",
Path("cells-v1"))` gives the same object.
"""

import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from labelwright.sdk.dataset import ReleaseData, open_release


def plain(data: ReleaseData) -> None:
    """As an iterable."""
    boxes = sum(len(sample.boxes()) for sample in data)
    print(
        f"iterable: {len(data)} samples, {boxes} boxes of {data.classes}; the first: {data[0].image().size}"
    )


def torch(data: ReleaseData) -> None:
    """As a PyTorch dataset, in batches."""
    from torch.utils.data import DataLoader

    def apart(batch: list[Any]) -> tuple[Any, ...]:
        return tuple(zip(*batch, strict=True))  # pictures and targets, each of its own size

    loader = DataLoader(data.torch(masks=True), batch_size=4, collate_fn=apart)
    pictures, targets = next(iter(loader))
    shapes = {name: tuple(targets[0][name].shape) for name in ("boxes", "masks")}
    print(f"torch: a batch of {len(pictures)}, {tuple(pictures[0].shape)}, {shapes}")


def huggingface(data: ReleaseData) -> None:
    """As a Hugging Face dataset."""
    made = data.huggingface()
    print(f"datasets: {made.num_rows} rows, {made[0]['image'].size}, boxes {len(made[0]['objects']['bbox'])}")


def tables(data: ReleaseData) -> None:
    """The tables as they lie, in Polars and in DuckDB."""
    if find_spec("polars"):
        import polars

        table = polars.read_parquet(data.tables["annotations"])
        print(f"polars: {table.height} annotations, {table['category_name'].n_unique()} categories")
    if find_spec("duckdb"):
        import duckdb

        place = str(data.tables["annotations"])
        rows = duckdb.sql(
            f"SELECT category_name, count(*) FROM '{place}' GROUP BY ALL ORDER BY ALL"
        ).fetchall()
        print(f"duckdb: {rows}")


def main() -> None:
    """Every way for which there is a library."""
    data = open_release(Path(sys.argv[1]))
    plain(data)
    for library, way in {"torch": torch, "datasets": huggingface}.items():
        if find_spec(library):
            way(data)
    tables(data)
    if len(sys.argv) > 2:
        print(f"ultralytics: yolo detect train data={data.ultralytics(Path(sys.argv[2]))}")


if __name__ == "__main__":
    main()
