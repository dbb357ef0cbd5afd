"""What a page shows, measured in the browser: English words, text that is cut off, contrast."""

from dataclasses import dataclass

from playwright.sync_api import Page

# Letters of three and more, in text that is drawn and in what a screen reader says.
_ENGLISH = """() => {
  const found = new Set();
  const APART = '[aria-hidden=true], [lang=""], code, textarea';
  // What people wrote is marked as of an unknown language.
  const shown = (element) => element.getClientRects().length > 0 && !element.closest(APART);
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const text = node.textContent.trim();
    if (/[A-Za-z]{3,}/.test(text) && shown(node.parentElement)) found.add(text);
  }
  for (const name of ['aria-label', 'title', 'placeholder']) {
    for (const element of document.querySelectorAll(`[${name}]`)) {
      const said = element.getAttribute(name);
      if (/[A-Za-z]{3,}/.test(said) && shown(element)) found.add(said);
    }
  }
  return [...found];
}"""

_CUT = """() => {
  const found = [];
  const root = document.documentElement;
  if (root.scrollWidth > window.innerWidth) found.push('the page is wider than the window');
  for (const element of document.querySelectorAll('button, a, label, th, h1, h2, h3, span, p')) {
    const box = element.getBoundingClientRect();
    // Parts for screen readers are one pixel wide, and names that people gave may end in an ellipsis.
    if (element.childElementCount || box.width < 4 || element.closest('.lw-clip, [title]')) continue;
    const style = getComputedStyle(element);
    const isCut = style.overflowX !== 'visible' && element.scrollWidth > element.clientWidth + 1;
    const mayScroll = element.closest('[style*=overflow], .mantine-ScrollArea-root');
    if (isCut || (box.right > window.innerWidth + 1 && !mayScroll)) found.push(element.textContent.trim());
  }
  return found;
}"""

# Relative luminance and contrast as WCAG 2 defines them; tints and opacities are laid over what is below.
_CONTRAST = """() => {
  const rgba = (color) => {
    const part = color.match(/rgba?\\(([^)]+)\\)/)?.[1].split(/[ ,/]+/).map(Number);
    return part ? [part[0], part[1], part[2], part[3] ?? 1] : null;
  };
  const over = ([r, g, b, a], below) => [r, g, b].map((value, i) => value * a + below[i] * (1 - a));
  const light = (color) => {
    const [r, g, b] = color.map((value) => {
      const share = value / 255;
      return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const isDark = document.documentElement.dataset.mantineColorScheme === 'dark';
  const behind = (element) => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) {
      const color = rgba(getComputedStyle(at).backgroundColor);
      if (color && color[3] > 0) layers.push(color);
      if (color && color[3] === 1) break;
    }
    const page = isDark ? [0, 0, 0] : [255, 255, 255];
    return layers.reverse().reduce((below, layer) => over(layer, below), page);
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    const box = element.getBoundingClientRect();
    const style = getComputedStyle(element);
    const isSeen = box.width >= 4 && box.height >= 4 && style.visibility !== 'hidden';
    if (!node.textContent.trim() || !isSeen) continue;
    const color = rgba(element instanceof SVGElement ? style.fill : style.color);
    if (!color) {
      found.push({ text: node.textContent.trim(), ratio: 0, color: style.color });
      continue;
    }
    let opacity = color[3];
    for (let at = element; at; at = at.parentElement) opacity *= Number(getComputedStyle(at).opacity);
    const below = behind(element);
    const [a, b] = [light(over([color[0], color[1], color[2], opacity], below)), light(below)];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    found.push({ text: node.textContent.trim(), ratio, color: style.color });
  }
  return found;
}"""


@dataclass(frozen=True)
class Written:
    """A text on the page and how it stands out from what is behind it; 21 is black on white."""

    text: str
    ratio: float
    color: str


def english(page: Page) -> list[str]:
    """Everything shown or said that holds a word in Latin letters."""
    return page.evaluate(_ENGLISH)


def cut_off(page: Page) -> list[str]:
    """Texts that do not fit where they stand."""
    return page.evaluate(_CUT)


def contrasts(page: Page) -> list[Written]:
    """Every text of the page with its contrast."""
    return [Written(one["text"], one["ratio"], one["color"]) for one in page.evaluate(_CONTRAST)]
