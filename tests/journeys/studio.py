"""What a hand does in the studio, for journeys."""

from playwright.sync_api import Page, expect


class Studio:
    """The studio on a page."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def ready(self) -> "Studio":
        """Wait for the picture; wave the tour away."""
        self.page.wait_for_selector("[data-testid=surface][data-ready=true]")
        self.page.wait_for_timeout(600)  # a hint of the tour comes a moment after the picture
        if self.page.get_by_label("End the tour").count():
            self.page.get_by_label("End the tour").click()
        return self

    @property
    def item(self) -> str:
        """The name of the item at hand."""
        return self.page.get_by_test_id("item-name").inner_text()

    @property
    def task(self) -> str:
        """The id of the task at hand."""
        return self.page.get_by_test_id("studio").get_attribute("data-task") or ""

    def count(self, number: int) -> None:
        """So many annotations are there."""
        words = "annotation" if number == 1 else "annotations"
        expect(self.page.get_by_test_id("count")).to_contain_text(f"{number} {words}")

    def saved(self) -> None:
        """The server has everything."""
        expect(self.page.get_by_test_id("save-state")).to_have_attribute("data-state", "saved")

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Where a point of the surface lies on the page, in shares of its size."""
        box = self.page.get_by_test_id("surface").bounding_box()
        assert box is not None
        return box["x"] + box["width"] * x, box["y"] + box["height"] * y

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Press at one place and let go at another."""
        self.page.mouse.move(*self.at(*start))
        self.page.mouse.down()
        self.page.mouse.move(*self.at(*end), steps=6)
        self.page.mouse.up()

    def draw_box(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Draw a box with the mouse."""
        self.page.keyboard.press("b")
        self.drag(start, end)

    def next_item(self, before: str) -> None:
        """Wait until another task is at hand."""
        self.page.wait_for_function(
            "before => { const found = document.querySelector('[data-testid=studio]');"
            " return found && found.dataset.task !== before; }",
            arg=before,
        )
        self.ready()
