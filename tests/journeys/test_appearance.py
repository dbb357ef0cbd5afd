"""The same pages in another language, and in high contrast."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.journeys import sight
from tests.journeys.conftest import StartServer

# Names of people, things, files, keys and formats; everything else is to be said in the language chosen.
NAMES = re.compile(
    r"Labelwright|Blood cells|BloodImage_\d+\.jpg|Sixty microscope images.*"
    r"|Owner|Ana \(sample\)|Ben \(sample\)|\w+@[\w.]+|[\w-]+@[\w.]+"
    r"|RBC|WBC|rbc|Platelets?|(?:A|Small|One) [a-z].*|Overlapping|Every blood cell.*|What to draw"
    r"|English|JPEG|PNG|GIF|WebP|BMP|TIFF|AVIF|zip|YAML|SHA-256|[0-9a-f]{64}|IoU|COCO|YOLO|Pascal|VOC|Markdown"
    r"|Ctrl|Shift|Alt|Tab|Enter|Escape|Esc|Arrow\w+|Page\w+|Backspace|Delete|Space|Home|End|PgDn|PgUp|Command|Mac"
    r"|autosize measurement"
)
WORD = re.compile(r"[A-Za-z]{3,}")


@pytest.fixture
def demo(start_server: StartServer, new_context: Callable[..., BrowserContext]) -> Page:
    """The sample project of a fresh server, signed in as its owner, on the list of projects."""
    server = start_server("demo")
    assert server.link is not None
    page = new_context().new_page()
    page.goto(server.link)
    page.get_by_test_id("welcome-later").click()
    expect(page.get_by_role("link", name="Blood cells").first).to_be_visible()
    return page


def addresses(page: Page) -> dict[str, str]:
    """The pages to walk through, by name."""
    page.get_by_role("link", name="Blood cells").first.click()
    page.wait_for_url("**/projects/*")
    project = page.url.rstrip("/")
    origin, key = project.split("/projects/")
    item = page.evaluate(
        "async (p) => {"
        "  const answer = await fetch(`/api/v1/projects/${p}/items?state=done&limit=1`);"
        "  return (await answer.json()).items[0].id;"
        "}",
        key,
    )
    return {
        "home": f"{origin}/",
        "overview": project,
        **{
            name: f"{project}/{name}"
            for name in ("explore", "import", "ontology", "brief", "members", "releases", "settings")
        },
        "item": f"{origin}/items/{item}",
        "people": f"{origin}/members",
        "own settings": f"{origin}/settings",
        "shortcuts": f"{origin}/shortcuts",
        "studio": f"{origin}/studio/{key}?stage=annotate",
        "review": f"{origin}/studio/{key}?stage=review",
        "verify": f"{origin}/verify/{key}",
    }


def walk(page: Page, places: dict[str, str]) -> Iterator[str]:
    """Every page once it has settled; gives its name."""
    for name, address in places.items():
        page.goto(address)
        if name in ("studio", "review"):
            page.wait_for_selector("[data-testid=surface][data-ready=true]")
        page.wait_for_load_state("networkidle") if name == "shortcuts" else page.wait_for_timeout(900)
        yield name


def test_the_pages_speak_traditional_chinese_once_it_is_chosen(demo: Page) -> None:
    places = addresses(demo)
    demo.get_by_role("button", name="Account of").click()
    demo.get_by_role("menuitemradio", name="正體中文").click()

    expect(demo.get_by_role("link", name="探索", exact=True)).to_be_visible()
    expect(demo.locator("html")).to_have_attribute("lang", "zh-Hant")
    left: dict[str, list[str]] = {}
    cut: dict[str, list[str]] = {}
    for width, height in ((1280, 800), (1920, 1080)):
        demo.set_viewport_size({"width": width, "height": height})
        for name in walk(demo, places):
            said = [text for text in sight.english(demo) if WORD.search(NAMES.sub("", text))]
            left |= {name: said} if said else {}
            cut |= {f"{name} {width}": texts for texts in [sight.cut_off(demo)] if texts}
    assert left == {}
    assert cut == {}

    demo.goto(places["home"])
    demo.get_by_role("button", name="的帳號").click()
    demo.get_by_role("menuitemradio", name="English").click()
    expect(demo.get_by_role("heading", name="Projects")).to_be_visible()


def test_a_form_keeps_what_was_typed_when_the_language_changes(demo: Page) -> None:
    demo.goto(demo.url.rstrip("/") + "/settings")
    demo.get_by_label("Current password").fill("half a password")

    demo.get_by_text("正體中文", exact=True).click()

    expect(demo.get_by_label("目前的密碼")).to_have_value("half a password")


def test_a_browser_that_reads_chinese_is_greeted_in_chinese(
    start_server: StartServer, new_context: Callable[..., BrowserContext]
) -> None:
    page = new_context(locale="zh-TW").new_page()

    page.goto(start_server("demo").url)

    expect(page.get_by_role("button", name="登入", exact=True)).to_be_visible()


@pytest.mark.parametrize("scheme", ["chosen", "light"])
def test_every_text_stands_out_in_high_contrast(demo: Page, scheme: str) -> None:
    places = addresses(demo)
    if scheme == "chosen":
        demo.get_by_role("button", name="Appearance").click()
        demo.get_by_role("menuitemradio", name="High contrast").click()
    else:
        demo.emulate_media(color_scheme="light", contrast="more")
    expect(demo.locator("html")).to_have_attribute("data-contrast", "more")

    faint: dict[str, list[sight.Written]] = {}
    for name in walk(demo, places):
        texts = sight.contrasts(demo)
        assert len(texts) > 5
        weak = [text for text in texts if text.ratio < 7]
        faint |= {name: weak} if weak else {}
    assert faint == {}


def test_the_measure_of_contrast_finds_what_is_faint(demo: Page) -> None:
    demo.evaluate("document.querySelector('h1').style.color = 'rgb(128, 128, 128)'")

    faint = [text for text in sight.contrasts(demo) if text.ratio < 7]

    assert any(text.text == "Projects" and 3 < text.ratio < 5 for text in faint)
