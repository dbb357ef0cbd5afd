"""How each number of an agreement report is worked out: title, formula, a sentence, and the paper."""

import msgspec


class Method(msgspec.Struct, frozen=True):
    """What a screen shows behind "how is this computed". `nothing` says why there may be no value."""

    title: str
    formula: str
    explanation: str
    paper: str
    nothing: str = "Nobody answered what somebody else answered."


_COCO = "Lin et al., Microsoft COCO: Common Objects in Context, 2014"
_KRIPPENDORFF = "Krippendorff, Computing Krippendorff's Alpha-Reliability, 2011"
_GWET = "Gwet, Computing inter-rater reliability and its variance in the presence of high agreement, 2008"
_ALIKE = "Nobody answered the same item, or everyone gave the same answer, so chance would agree as well."
_UNMATCHED = "No two people marked the same thing."
_UNDRAWN = "No two people drew the same thing as a shape that this is measured on."

METHODS: dict[str, Method] = {
    "instance_alpha": Method(
        "Alpha of what is there and what it is",
        "α = 1 − observed ÷ expected disagreement",
        "Marks of one thing are put together by their IoU; each person then has its category or “absent”, "
        "and alpha says how far these agree beyond chance: 1 always, 0 as chance would. With two people it "
        "is a little strict, because what both left out cannot be seen.",
        f"{_KRIPPENDORFF}; Tschirschwitz and Rodehorst, KaLOS, 2026",
        _ALIKE,
    ),
    "f1": Method(
        "Matched F1",
        "F1 = 2 × matched ÷ (marks of one + marks of the other)",
        "The share of marks that have a partner of the same category and at least the IoU asked for.",
        f"van Rijsbergen, Information Retrieval, 1979; matching: Kuhn, The Hungarian method, 1955; {_COCO}",
        "Nobody marked anything.",
    ),
    "f1_mean": Method(
        "Matched F1 over IoU thresholds",
        "mean of F1 at IoU 0.50, 0.55, …, 0.95",
        "Matched F1 that also rewards tight shapes: the mean over ten thresholds of IoU.",
        _COCO,
        "Nobody marked anything.",
    ),
    "located_f1": Method(
        "Found by both",
        "2 × matched under any name ÷ (marks of one + marks of the other)",
        "The share of marks that have a partner in the same place, whatever its category.",
        f"Kuhn, The Hungarian method, 1955; {_COCO}",
        "Nobody marked anything.",
    ),
    "mean_iou": Method(
        "Mean IoU of matched marks",
        "mean of area in common ÷ area of either",
        "How much two people's shapes of one thing cover one another, averaged over matched pairs.",
        "Jaccard, The distribution of the flora in the alpine zone, 1912",
        _UNMATCHED,
    ),
    "panoptic_quality": Method(
        "Panoptic quality",
        "PQ = Σ IoU of pairs above 0.5 ÷ (pairs + ½ missing + ½ extra), averaged over categories",
        "One number for finding and drawing: the mean IoU of matched segments times their F1.",
        "Kirillov et al., Panoptic Segmentation, 2019",
        "Nobody marked anything.",
    ),
    "boundary_iou": Method(
        "Boundary IoU",
        "IoU of the bands of 2 % of the picture's diagonal along the inside of both outlines",
        "IoU of the edges alone, which notices a sloppy outline of a large thing.",
        "Cheng et al., Boundary IoU: Improving Object-Centric Image Segmentation Evaluation, 2021",
        _UNDRAWN,
    ),
    "hausdorff95": Method(
        "Hausdorff distance (95 %)",
        "max over both directions of the 95th percentile of distances to the other outline, in pixels",
        "How far two people's outlines of one thing lie apart at most, but for the worst 5 %; in pixels, "
        "less is better.",
        "Huttenlocher et al., Comparing Images Using the Hausdorff Distance, 1993; Taha and Hanbury, 2015",
        _UNDRAWN,
    ),
    "oks": Method(
        "Keypoint similarity (OKS)",
        "mean over keypoints of exp(−d² ÷ (2 × area × (2σ)²))",
        "How near the keypoints of matched skeletons are, measured by the size of the figure.",
        f"{_COCO}; Ronchi and Perona, 2017",
        "No two people drew the same skeleton.",
    ),
    "tag_agreement": Method(
        "Agreement about tags",
        "share of pairs of people with the same tags, averaged over items",
        "How often two people give an item exactly the same tags.",
        "Gwet, Handbook of Inter-Rater Reliability, 2014",
    ),
    "tag_alpha": Method(
        "Alpha of tags",
        "α = 1 − observed ÷ expected disagreement",
        "How far people agree about an item's tags beyond chance: 1 always, 0 as chance would.",
        _KRIPPENDORFF,
        _ALIKE,
    ),
    "tag_set_alpha": Method(
        "Alpha of sets of tags",
        "α with the distance 1 − tags in common ÷ tags of either",
        "Alpha of tags where an item may have several: sets that overlap agree in part.",
        f"{_KRIPPENDORFF}; Jaccard, 1912",
        _ALIKE,
    ),
    "tag_ac1": Method(
        "Gwet's AC1 of tags",
        "AC1 = (pₐ − pₑ) ÷ (1 − pₑ), pₑ = Σ π(1 − π) ÷ (q − 1)",
        "Agreement beyond chance that keeps its meaning where one answer is far the commonest.",
        _GWET,
        _ALIKE,
    ),
    "tag_jaccard": Method(
        "Tags in common",
        "mean of tags in common ÷ tags of either",
        "How much two people's sets of tags overlap, averaged over pairs of people that gave any.",
        "Jaccard, The distribution of the flora in the alpine zone, 1912",
        "Nobody gave a tag where somebody else answered.",
    ),
    "tag_kappa": Method(
        "Cohen's kappa of tags",
        "κ = (pₒ − pₑ) ÷ (1 − pₑ)",
        "Agreement of two people beyond what their own habits would bring by chance.",
        "Cohen, A coefficient of agreement for nominal scales, 1960",
        _ALIKE,
    ),
    "category_alpha": Method(
        "Alpha of one category",
        "α = 1 − observed ÷ expected disagreement, of this category against all else",
        "How far people agree about where this category is and is not, beyond chance.",
        _KRIPPENDORFF,
        _ALIKE,
    ),
    "attribute_agreement": Method(
        "Agreement about an attribute",
        "share of pairs of people with the same value, averaged over things",
        "How often two people who marked the same thing give the attribute the same value.",
        "Gwet, Handbook of Inter-Rater Reliability, 2014",
        "No two people gave it for the same thing.",
    ),
    "attribute_alpha": Method(
        "Alpha of an attribute",
        "α = 1 − observed ÷ expected disagreement",
        "How far people agree about the value beyond chance. Numbers count by their squared difference, "
        "sets of options by what they have in common, everything else as same or not.",
        _KRIPPENDORFF,
        _ALIKE,
    ),
    "temporal_iou": Method(
        "Temporal IoU",
        "time in common ÷ time of either",
        "How much two stretches of time cover one another.",
        "Caba Heilbron et al., ActivityNet, 2015",
        "Nobody marked a stretch of time.",
    ),
    "percent_agreement": Method(
        "Percent agreement",
        "share of pairs of answers that are the same, averaged over items",
        "How often two people give the same answer; chance is not taken off.",
        "Gwet, Handbook of Inter-Rater Reliability, 2014",
        "No item has answers of two people.",
    ),
    "cohen_kappa": Method(
        "Cohen's kappa",
        "κ = (pₒ − pₑ) ÷ (1 − pₑ), pₑ from each person's own shares",
        "Agreement of two people beyond what their own habits would bring by chance.",
        "Cohen, A coefficient of agreement for nominal scales, 1960; Weighted kappa, 1968",
        _ALIKE,
    ),
    "fleiss_kappa": Method(
        "Fleiss' kappa",
        "κ = (pₐ − pₑ) ÷ (1 − pₑ), pₑ = Σ π²",
        "Agreement of any number of people beyond chance, chance being the mean share of each answer.",
        "Fleiss, Measuring nominal scale agreement among many raters, 1971",
        _ALIKE,
    ),
    "gwet_ac1": Method(
        "Gwet's AC1",
        "AC1 = (pₐ − pₑ) ÷ (1 − pₑ), pₑ = Σ π(1 − π) ÷ (q − 1)",
        "Agreement beyond chance that keeps its meaning where one answer is far the commonest.",
        _GWET,
        _ALIKE,
    ),
    "gwet_ac2": Method(
        "Gwet's AC2",
        "AC2 = (pₐ − pₑ) ÷ (1 − pₑ), both weighted; pₑ = Σw ÷ (q(q − 1)) × Σ π(1 − π)",
        "AC1 for answers in order: answers near one another agree in part.",
        "Gwet, Handbook of Inter-Rater Reliability, 2014",
        _ALIKE,
    ),
    "krippendorff_alpha": Method(
        "Krippendorff's alpha",
        "α = 1 − observed ÷ expected disagreement",
        "How far people agree beyond chance, for any number of people and with answers missing.",
        _KRIPPENDORFF,
        _ALIKE,
    ),
    "bootstrap": Method(
        "Interval",
        "2.5 % and 97.5 % quantiles of the number over items drawn again with replacement",
        "How far the number could be off if other items like these had been answered.",
        "Efron and Tibshirani, An Introduction to the Bootstrap, 1993",
        "Fewer than two items, or the number has no value in many draws.",
    ),
}
