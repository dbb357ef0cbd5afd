"""What the page about our own format says beside what `make docs` finds out by trying."""

# ruff: noqa: E501  # rows of tables

MANUAL = """
## Opening it elsewhere

```python
import pandas

annotations = pandas.read_parquet("export/annotations.parquet")
annotations.groupby(["category_name", "kind"]).size()
```

```sql
-- DuckDB: boxes of less than ten pixels a side, with their pictures
SELECT i.name, a.category_name, a."right" - a."left" AS wide
FROM 'export/annotations.parquet' AS a JOIN 'export/items.parquet' AS i USING (item)
WHERE a.kind = 'box' AND a."right" - a."left" < 10 AND a."bottom" - a."top" < 10;
```

`left`, `right`, `group` and other words of SQL want quotes there. Whoever changes a table and wants to read
it back writes its new SHA-256, size and counts into `manifest.json`.

## Shapes

`shape` is the JSON of the API, in pixels of the upright picture, x to the right, y down:

| kind | JSON |
| --- | --- |
| `box` | `{"kind":"box","left":1,"top":1,"right":9,"bottom":9}` |
| `rotated_box` | `{"kind":"rotated_box","x":5,"y":5,"width":8,"height":4,"angle":0.5}`: center; radians, clockwise |
| `polygon` | `{"kind":"polygon","parts":[[outer,hole,…],…]}`: rings of `[x,y]` |
| `polyline` | `{"kind":"polyline","points":[[x,y],…]}` |
| `points` | `{"kind":"points","points":[[x,y],…]}` |
| `ellipse` | `{"kind":"ellipse","x":5,"y":5,"rx":4,"ry":2,"angle":0.5}` |
| `mask` | `{"kind":"mask","left":0,"top":0,"width":3,"height":2,"runs":[0,2,1,3]}`: runs by rows in the window, first clear |
| `skeleton` | `{"kind":"skeleton","keypoints":[[x,y,v],…]}`: 2 visible, 1 occluded, 0 absent; names in `ontology.json` |
| `cuboid` | `{"kind":"cuboid","front":[[x,y],…],"back":[[x,y],…]}`: four corners each, clockwise from the top left |

## `manifest.json`

```json
{
  "format": "labelwright",
  "version": 1,
  "counts": {"items": 2, "annotations": 5, "categories": 3, "pictures": 0},
  "files": {"items.parquet": {"bytes": 4096, "sha256": "…"}}
}
```

Columns may be added within a version; a change of what there is makes a new one, which older readers refuse
by name. Tables of more than 512 MiB in one row group, or of four times as many rows as bytes, names with NUL characters and ids that stand twice in an item are
refused too.
"""
