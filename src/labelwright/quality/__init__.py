"""The maths of quality: pure functions over arrays and shapes, usable without the server.

    import labelwright.quality as q

    q.krippendorff_alpha({"a.jpg": ["cat", "cat", "dog"], "b.jpg": ["dog", "dog", "dog"]})

`PUBLIC` says which name comes from which file; a file is loaded when a name of it is first used. Functions
from `plain.py` take lists and dictionaries, the others take what their files say.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from labelwright.quality.agreement_report import AgreementReport as AgreementReport
    from labelwright.quality.agreement_report import agreement_report as document_agreement
    from labelwright.quality.bootstrap import Interval as Interval
    from labelwright.quality.bootstrap import bootstrap as bootstrap_interval
    from labelwright.quality.bounds import clopper_pearson as clopper_pearson
    from labelwright.quality.bounds import hypergeometric as hypergeometric
    from labelwright.quality.bounds import wilson as wilson
    from labelwright.quality.distance_alpha import alpha_by_distance as alpha_by_distance
    from labelwright.quality.iou import iou as shape_iou
    from labelwright.quality.iou import oks as oks
    from labelwright.quality.matching import match as match_shapes
    from labelwright.quality.outlines import boundary_iou as boundary_iou
    from labelwright.quality.outlines import hausdorff95 as hausdorff95
    from labelwright.quality.plain import as_votes as as_votes
    from labelwright.quality.plain import cohen_kappa as cohen_kappa
    from labelwright.quality.plain import fleiss_kappa as fleiss_kappa
    from labelwright.quality.plain import gwet_ac1 as gwet_ac1
    from labelwright.quality.plain import gwet_ac2 as gwet_ac2
    from labelwright.quality.plain import krippendorff_alpha as krippendorff_alpha
    from labelwright.quality.plain import majority_answers as majority_answers
    from labelwright.quality.plain import percent_agreement as percent_agreement
    from labelwright.quality.plain import vote_agreement as vote_agreement
    from labelwright.quality.segments import segment_agreement as segment_agreement
    from labelwright.quality.segments import temporal_iou as temporal_iou
    from labelwright.quality.shape_agreement import compare as compare_documents
    from labelwright.quality.shape_consensus import merge_documents as merge_documents
    from labelwright.quality.vote_report import VoteAgreement as VoteAgreement
    from labelwright.quality.votes import Votes as Votes

__all__ = [
    "AgreementReport", "Interval", "VoteAgreement", "Votes", "alpha_by_distance", "as_votes",
    "bootstrap_interval", "boundary_iou", "clopper_pearson", "cohen_kappa", "compare_documents",
    "document_agreement", "fleiss_kappa", "gwet_ac1", "gwet_ac2", "hausdorff95", "hypergeometric",
    "krippendorff_alpha", "majority_answers", "match_shapes", "merge_documents", "oks",
    "percent_agreement", "segment_agreement", "shape_iou", "temporal_iou", "vote_agreement", "wilson",
]  # fmt: skip

PUBLIC = {
    "AgreementReport": "agreement_report:AgreementReport",
    "Interval": "bootstrap:Interval",
    "VoteAgreement": "vote_report:VoteAgreement",
    "Votes": "votes:Votes",
    "alpha_by_distance": "distance_alpha:alpha_by_distance",
    "as_votes": "plain:as_votes",
    "bootstrap_interval": "bootstrap:bootstrap",
    "boundary_iou": "outlines:boundary_iou",
    "clopper_pearson": "bounds:clopper_pearson",
    "cohen_kappa": "plain:cohen_kappa",
    "compare_documents": "shape_agreement:compare",
    "document_agreement": "agreement_report:agreement_report",
    "fleiss_kappa": "plain:fleiss_kappa",
    "gwet_ac1": "plain:gwet_ac1",
    "gwet_ac2": "plain:gwet_ac2",
    "hausdorff95": "outlines:hausdorff95",
    "hypergeometric": "bounds:hypergeometric",
    "krippendorff_alpha": "plain:krippendorff_alpha",
    "majority_answers": "plain:majority_answers",
    "match_shapes": "matching:match",
    "merge_documents": "shape_consensus:merge_documents",
    "oks": "iou:oks",
    "percent_agreement": "plain:percent_agreement",
    "segment_agreement": "segments:segment_agreement",
    "shape_iou": "iou:iou",
    "temporal_iou": "segments:temporal_iou",
    "vote_agreement": "plain:vote_agreement",
    "wilson": "bounds:wilson",
}
"""Each public name, the file it comes from, and what it is called there: no name is that of a file."""


def __getattr__(name: str) -> Any:  # noqa: ANN401  # pyright reads the imports above
    if name not in PUBLIC:
        raise AttributeError(f"labelwright.quality has no “{name}”; it has {', '.join(sorted(PUBLIC))}")
    file, _, there = PUBLIC[name].partition(":")
    return getattr(import_module(f"labelwright.quality.{file}"), there)


def __dir__() -> list[str]:
    return sorted({*globals(), *PUBLIC})
