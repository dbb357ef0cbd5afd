"""A crowd for journeys: people who answer the same items with different care, and a reviewer who knows."""

from typing import Any

from playwright.sync_api import Page

_HELP = """
  const csrf = (await (await fetch('/api/v1/session')).json()).csrf;
  const send = async (path, body) => {
    const answer = await fetch(`/api/v1${path}`, { method: 'POST', body: JSON.stringify(body),
      headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': csrf } });
    return answer.status === 204 ? null : answer.json();
  };
  const id = () => crypto.randomUUID();
  // The same number for the same words, so that a crowd answers alike on every machine.
  const chance = (words) => {
    let hash = 2166136261;
    for (const letter of words) hash = Math.imul(hash ^ letter.charCodeAt(0), 16777619) >>> 0;
    hash = Math.imul(hash ^ (hash >>> 15), 2246822507) >>> 0;
    hash = Math.imul(hash ^ (hash >>> 13), 3266489909) >>> 0;
    return ((hash ^ (hash >>> 16)) >>> 0) / 4294967296;
  };
  // What is really there: four things, each in a corner of its own.
  const truth = (item, names) => [0, 1, 2, 3].map((at) => {
    const name = item.name ?? item.id;
    const left = (at % 2) * 320 + 20 + chance(`${name} x ${at}`) * 150;
    const top = (at >> 1) * 240 + 20 + chance(`${name} y ${at}`) * 90;
    const category = names[Math.floor(chance(`${name} c ${at}`) * names.length)];
    return { category, left, top, right: left + 90, bottom: top + 80 };
  });
"""

ANSWER = (
    """async ({ project, who, wrong, missed, loose, seconds, most }) => {"""
    + _HELP
    + """
  for (let count = 0; count < most; count += 1) {
    const found = await send(`/projects/${project}/tasks/next`, { stage: 'annotate' });
    if (!found) return count;
    const { task, ontology, item } = found;
    const names = ontology.ontology.categories.map((one) => one.id);
    const operations = truth(item, names).flatMap((thing, at) => {
      const key = `${who} ${item.name} ${at}`;
      if (chance(`${key} missed`) < missed) return [];
      const shift = chance(`${key} wrong`) < wrong ? 1 : 0;
      const category = names[(names.indexOf(thing.category) + shift) % names.length];
      const off = (side) => (chance(`${key} ${side}`) - 0.5) * 2 * loose;
      const shape = { kind: 'box', left: thing.left + off('l'), top: thing.top + off('t'),
        right: thing.right + off('r'), bottom: thing.bottom + off('b') };
      const annotation = { id: id(), category, shape, attributes: {}, group: null, flags: {} };
      const taken = seconds * (0.5 + chance(`${key} s`));
      return [{ kind: 'put', id: id(), at: Date.now(), seconds: taken, annotation }];
    });
    const said = await send(`/tasks/${task.id}/submission`, { since: 0, operations });
    if (!said.item) throw new Error(JSON.stringify(said));
  }
  return most;
}"""
)

REVIEW = (
    """async ({ project, stage, most }) => {"""
    + _HELP
    + """
  for (let count = 0; count < most; count += 1) {
    const found = await send(`/projects/${project}/tasks/next`, { stage });
    if (!found) return count;
    const { task, ontology, item, draft } = found;
    const names = ontology.ontology.categories.map((one) => one.id);
    const things = truth(item, names);
    const operations = draft.document.annotations.flatMap((mark) => {
      const { left, top, right, bottom } = mark.shape;
      const near = (thing) => Math.hypot(thing.left + thing.right - left - right,
        thing.top + thing.bottom - top - bottom);
      const thing = [...things].sort((one, other) => near(one) - near(other))[0];
      if (mark.category === thing.category) return [];
      const { shape, attributes } = mark;
      const rest = { attributes: attributes ?? {}, group: null, flags: {} };
      const annotation = { id: mark.id, category: thing.category, shape, ...rest };
      return [{ kind: 'put', id: id(), at: Date.now(), seconds: 3, annotation }];
    });
    const verdict = stage === 'review' ? { verdict: operations.length ? 'amended' : 'accepted' } : {};
    const said = await send(`/tasks/${task.id}/submission`, { since: 0, operations, ...verdict });
    if (!said.item) throw new Error(JSON.stringify(said));
  }
  return most;
}"""
)


def answer(page: Page, project: str, who: str, most: int, **care: Any) -> int:
    """Answers so many items: `wrong`, `missed` are chances, `loose` is in pixels, `seconds` for a thing."""
    habits = {"wrong": 0.03, "missed": 0.02, "loose": 3, "seconds": 6, **care}
    return page.evaluate(ANSWER, {"project": project, "who": who, "most": most, **habits})


def review(page: Page, project: str, most: int, stage: str = "review") -> int:
    """Puts the categories of so many items right."""
    return page.evaluate(REVIEW, {"project": project, "stage": stage, "most": most})
