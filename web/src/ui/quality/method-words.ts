/** Titles and explanations of methods in the reader's language; formulas and papers stand as they are. */
import { phrase, t } from '../../language/language';
import type { Method } from './wire';

type Words = Pick<Method, 'title' | 'explanation'>;

/** The words of the server's methods of agreement, so that the catalogues have them. */
const WORDS: Record<string, Words> = {
  instance_alpha: {
    title: phrase('Alpha of what is there and what it is'),
    explanation: phrase('Marks of one thing are put together by their IoU; each person then has its category or “absent”, and alpha says how far these agree beyond chance: 1 always, 0 as chance would. With two people it is a little strict, because what both left out cannot be seen.'),
  },
  f1: {
    title: phrase('Matched F1'),
    explanation: phrase('The share of marks that have a partner of the same category and at least the IoU asked for.'),
  },
  f1_mean: {
    title: phrase('Matched F1 over IoU thresholds'),
    explanation: phrase('Matched F1 that also rewards tight shapes: the mean over ten thresholds of IoU.'),
  },
  located_f1: {
    title: phrase('Found by both'),
    explanation: phrase('The share of marks that have a partner in the same place, whatever its category.'),
  },
  mean_iou: {
    title: phrase('Mean IoU of matched marks'),
    explanation: phrase('How much two people’s shapes of one thing cover one another, averaged over matched pairs.'),
  },
  panoptic_quality: {
    title: phrase('Panoptic quality'),
    explanation: phrase('One number for finding and drawing: the mean IoU of matched segments times their F1.'),
  },
  boundary_iou: {
    title: phrase('Boundary IoU'),
    explanation: phrase('IoU of the edges alone, which notices a sloppy outline of a large thing.'),
  },
  hausdorff95: {
    title: phrase('Hausdorff distance (95 %)'),
    explanation: phrase('How far two people’s outlines of one thing lie apart at most, but for the worst 5 %; in pixels, less is better.'),
  },
  oks: {
    title: phrase('Keypoint similarity (OKS)'),
    explanation: phrase('How near the keypoints of matched skeletons are, measured by the size of the figure.'),
  },
  tag_agreement: {
    title: phrase('Agreement about tags'),
    explanation: phrase('How often two people give an item exactly the same tags.'),
  },
  tag_alpha: {
    title: phrase('Alpha of tags'),
    explanation: phrase('How far people agree about an item’s tags beyond chance: 1 always, 0 as chance would.'),
  },
  tag_set_alpha: {
    title: phrase('Alpha of sets of tags'),
    explanation: phrase('Alpha of tags where an item may have several: sets that overlap agree in part.'),
  },
  tag_ac1: {
    title: phrase('Gwet’s AC1 of tags'),
    explanation: phrase('Agreement beyond chance that keeps its meaning where one answer is far the commonest.'),
  },
  tag_jaccard: {
    title: phrase('Tags in common'),
    explanation: phrase('How much two people’s sets of tags overlap, averaged over pairs of people that gave any.'),
  },
  tag_kappa: {
    title: phrase('Cohen’s kappa of tags'),
    explanation: phrase('Agreement of two people beyond what their own habits would bring by chance.'),
  },
  category_alpha: {
    title: phrase('Alpha of one category'),
    explanation: phrase('How far people agree about where this category is and is not, beyond chance.'),
  },
  attribute_agreement: {
    title: phrase('Agreement about an attribute'),
    explanation: phrase('How often two people who marked the same thing give the attribute the same value.'),
  },
  attribute_alpha: {
    title: phrase('Alpha of an attribute'),
    explanation: phrase('How far people agree about the value beyond chance. Numbers count by their squared difference, sets of options by what they have in common, everything else as same or not.'),
  },
  bootstrap: {
    title: phrase('Interval'),
    explanation: phrase('How far the number could be off if other items like these had been answered.'),
  },
};

/** A method in the reader's words; one that is not known here keeps the server's. */
export function methodOf(methods: Record<string, Method>, name: string): Method | null {
  const told = methods[name];
  if (!told) return null;
  const words = WORDS[name];
  return words ? { ...told, title: t(words.title), explanation: t(words.explanation) } : told;
}

const own = (title: string, formula: string, explanation: string, paper: string): Method => ({ title, formula, explanation, paper });

/** Methods of the pages of people and cost. */
export const METHODS = {
  skill: own(
    phrase('Reliability'),
    phrase('right answers ÷ answers, drawn towards what is usual in the project'),
    phrase('The share of somebody’s answers that were right, in the end of gold items, reviews and the merged answers of others. Few answers say little, so their share is drawn towards everybody’s mean, and the interval is wide. The interval holds 95 % of what is believable.'),
    phrase('Gelman et al., Bayesian Data Analysis, 3rd ed. 2013, section 5.3'),
  ),
  pace: own(
    phrase('Seconds for an object'),
    phrase('median of active seconds for an annotation; pace = theirs ÷ what the same categories take everybody'),
    phrase('Only time at work counts: a pause longer than 30 seconds is left out. A pace of 1 is everybody’s, 2 takes twice as long.'),
    phrase('Conover, Practical Nonparametric Statistics, 3rd ed. 1999, section 3.2'),
  ),
  line: own(
    phrase('Right answers over time'),
    phrase('share of right answers in steps of equal numbers of answers'),
    phrase('From the oldest answers at the left to the newest at the right. Alarms come from tests that watch answers one after another and speak up seldom: about once in 2,000 answers without cause.'),
    phrase('Page, Continuous Inspection Schemes, 1954; Reynolds and Stoumbos, A CUSUM Chart for Monitoring a Proportion, 1999'),
  ),
  confusion: own(
    phrase('Confusion'),
    phrase('share of things of the category at the left that were answered as the one above'),
    phrase('Each row adds up to all things of that category that this person saw. The diagonal is what was answered right; “nothing” is what was missed, or should not be there.'),
    phrase('Dawid and Skene, Maximum Likelihood Estimation of Observer Error-Rates, 1979'),
  ),
  noticed: own(
    phrase('Noticed'),
    phrase('log-likelihood ratio of more errors, added up answer by answer, against a threshold'),
    phrase('More errors than usual for this person, another pace, answers that look random or always the same. Each says why and since when. It is shown to the person too.'),
    phrase('Page, Continuous Inspection Schemes, 1954; Reynolds and Stoumbos, A CUSUM Chart for Monitoring a Proportion, 1999'),
  ),
  item: own(
    phrase('Agreement on an item'),
    phrase('mean over pairs of people of 2 × matched ÷ (marks of one + marks of the other); of tags, tags in common ÷ tags of either'),
    phrase('Marks match with the same category and an IoU of at least 0.5. Two people who both found nothing to mark agree.'),
    phrase('van Rijsbergen, Information Retrieval, 1979; Jaccard, 1912'),
  ),
  confused: own(
    phrase('Categories that are confused'),
    phrase('pairs of marks of one thing with different categories'),
    phrase('Marks of two people are put together by where they are, whatever their category; those with different categories are counted.'),
    phrase('Kuhn, The Hungarian method, 1955'),
  ),
  mistaken: own(
    phrase('Categories that are taken for one another'),
    phrase('annotations of one category that a review changed to the other'),
    phrase('The studio warns from five such errors on, if their share is surely (with 90 % confidence) at least 5 % of what was checked in the category.'),
    phrase('Clopper and Pearson, Biometrika, 1934'),
  ),
  errors: own(
    phrase('Errors'),
    phrase('errors found in reviews, by what was wrong'),
    phrase('A reviewer names what is wrong with a returned annotation; what a reviewer corrected in place says it by itself.'),
    '',
  ),
  emptied: own(
    phrase('When the queue is empty'),
    phrase('80 % of 2,000 futures of reviews a day, until as many are done as wait now'),
    phrase('Past days (at most 28) of reviews are drawn again by weeks. It tells when what waits now is done; what comes meanwhile comes on top, so where more comes than is reviewed the queue never empties.'),
    phrase('Efron, Bootstrap Methods, 1979; Künsch, The Jackknife and the Bootstrap for General Stationary Observations, 1989'),
  ),
  sampled: own(
    phrase('Review by sample'),
    phrase('wrong ÷ reviewed, with the interval of Clopper and Pearson (95 %)'),
    phrase('Items of the random share that would have passed anyway stand for all that passed: an item counts as wrong where the reviewer changed or returned it. Items reviewed for their risk are left out of it, for they are worse on purpose.'),
    phrase('Clopper and Pearson, Biometrika, 1934'),
  ),
  saved: own(
    phrase('Time saved'),
    phrase('items that passed × median active seconds of a review'),
    phrase('What reviewing them would have taken at the usual pace of the project.'),
    '',
  ),
  cost: own(
    phrase('Cost'),
    phrase('Σ active seconds × rate ÷ 3600'),
    phrase('The studio counts the time between signs of life (a move, a click, a key). A pause longer than 30 seconds is idle and left out whole. Work that was skipped or is still in hand counts too. Every table is worked out exactly, then rounded so that its lines add up to the total.'),
    phrase('Balinski and Young, Fair Representation, 1982'),
  ),
  each: own(
    phrase('Cost of an accepted annotation'),
    phrase('cost ÷ annotations of items that are done'),
    phrase('All that was spent, on work not accepted too, is held against what was accepted. The time of an item is shared over its categories in proportion to its annotations of each.'),
    '',
  ),
  rework: own(
    phrase('Share of rework'),
    phrase('cost of second and later rounds of annotating ÷ cost'),
    phrase('What went into items that came back from review. Without rates it is the share of time.'),
    '',
  ),
  forecast: own(
    phrase('Forecast'),
    phrase('80 % of 2,000 futures, each made of past days drawn again by weeks'),
    phrase('The days until yesterday (at most 28) are drawn again with their weeks, and played on until the target is reached. The range leaves out the fastest and the slowest tenth. Days without work count. It cannot know of holidays, or of people who will join.'),
    phrase('Efron, Bootstrap Methods, 1979; Künsch, The Jackknife and the Bootstrap for General Stationary Observations, 1989'),
  ),
} satisfies Record<string, Method>;

/** One of these in the reader's language. */
export function spokenMethod(name: keyof typeof METHODS): Method {
  const { title, formula, explanation, paper } = METHODS[name];
  return { title: t(title), formula: t(formula), explanation: t(explanation), paper: paper && t(paper) };
}
