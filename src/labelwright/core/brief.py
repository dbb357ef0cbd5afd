"""The brief: what the client asked for. Guideline pages and the target a release must meet."""

import msgspec

from labelwright.core.errors import InvalidInput

TARGET_METRICS = ("precision", "recall", "accuracy")


class GuidelinePage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One page of rules in Markdown; pictures are referred to as `guideline:SHA256`."""

    id: str
    title: str
    text: str = ""
    category: str | None = None


class AcceptanceTarget(msgspec.Struct, frozen=True, kw_only=True):
    """What a release must prove, such as box precision 0.97 at IoU 0.7 with 95 % confidence."""

    kind: str = "box"
    metric: str = "precision"
    value: float = 0.95
    iou: float = 0.5
    confidence: float = 0.95

    def __post_init__(self) -> None:
        if self.metric not in TARGET_METRICS:
            raise InvalidInput(
                f"“{self.metric}” is no target.",
                place="targets",
                remedy=f"Use one of {', '.join(TARGET_METRICS)}.",
            )
        for name in ("value", "iou", "confidence"):
            if not 0 < getattr(self, name) <= 1:
                raise InvalidInput(
                    f"The {name} of a target lies above 0 and up to 1.", place=f"targets.{name}"
                )


class Brief(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Kinds of annotation asked for, guideline pages, and acceptance targets.

    `origin` says where the pictures come from and how they were chosen, `licence` under which terms they
    may be used; both stand in the card of every release.
    """

    summary: str = ""
    origin: str = ""
    licence: str = ""
    kinds: tuple[str, ...] = ("box",)
    pages: tuple[GuidelinePage, ...] = ()
    targets: tuple[AcceptanceTarget, ...] = ()
