"""All services on one context: what the API, the worker and the command line are given."""

from labelwright.services.accounts import Accounts
from labelwright.services.agreement_slices import AgreementSlices
from labelwright.services.assigning import Assignments
from labelwright.services.attempts import Attempts
from labelwright.services.audit_log import AuditLog
from labelwright.services.audits import Audits
from labelwright.services.briefs import Briefs
from labelwright.services.brought import Brought
from labelwright.services.certificates import Certificates
from labelwright.services.consequences import Consequences
from labelwright.services.context import Context
from labelwright.services.costs import Costs
from labelwright.services.crops import Crops
from labelwright.services.drafts import Drafts
from labelwright.services.envelopes import Envelopes
from labelwright.services.error_codes import ErrorCodes
from labelwright.services.explore import Explore
from labelwright.services.explore_facets import ExploreFacets
from labelwright.services.exports import Exports
from labelwright.services.gold import Gold
from labelwright.services.heads import Heads
from labelwright.services.idempotency import Idempotency
from labelwright.services.imports import Imports
from labelwright.services.issues import Issues
from labelwright.services.item_acts import ItemActs
from labelwright.services.item_import import ItemImports
from labelwright.services.items import Items
from labelwright.services.jobs import Jobs
from labelwright.services.label_import import LabelImports
from labelwright.services.lessons import Lessons
from labelwright.services.models import Models
from labelwright.services.ontologies import Ontologies
from labelwright.services.pictures import Pictures
from labelwright.services.predictions import Predictions
from labelwright.services.progress import Progress
from labelwright.services.projects import Projects
from labelwright.services.quality import Quality
from labelwright.services.quality_items import QualityItems
from labelwright.services.queue import Queue
from labelwright.services.release_card import ReleaseCards
from labelwright.services.release_diff import ReleaseDiffs
from labelwright.services.releases import Releases
from labelwright.services.review_samples import ReviewSamples
from labelwright.services.rework import Rework
from labelwright.services.rule_offenders import RuleOffenders
from labelwright.services.segmenting import Segmenting
from labelwright.services.skills import Skills
from labelwright.services.sources import Sources
from labelwright.services.submissions import Submissions
from labelwright.services.suspect_verdicts import SuspectVerdicts
from labelwright.services.suspects import Suspects
from labelwright.services.tagging import Tagging
from labelwright.services.uploads import Uploads
from labelwright.services.verdicts import Verdicts
from labelwright.services.verification import Verification
from labelwright.services.views import Views
from labelwright.services.webhooks import Webhooks
from labelwright.services.workload import Workload


class Services:
    """One of each service."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.accounts = Accounts(context)
        self.audit_log = AuditLog(context)
        self.idempotency = Idempotency(context)
        self.projects = Projects(context)
        self.ontologies = Ontologies(context)
        self.rule_offenders = RuleOffenders(context)
        self.error_codes = ErrorCodes(context)
        self.briefs = Briefs(context)
        self.items = Items(context)
        self.pictures = Pictures(context)
        self.queue = Queue(context)
        self.drafts = Drafts(context)
        self.brought = Brought(context)
        self.envelopes = Envelopes(context)
        self.submissions = Submissions(context)
        self.explore = Explore(context)
        self.explore_facets = ExploreFacets(context, self.explore)
        self.item_acts = ItemActs(context, self.submissions)
        self.views = Views(context)
        self.crops = Crops(context)
        self.verification = Verification(context, self.crops)
        self.verdicts = Verdicts(context, self.submissions)
        self.issues = Issues(context)
        self.progress = Progress(context)
        self.workload = Workload(context)
        self.assignments = Assignments(context)
        self.quality = Quality(context)
        self.agreement_slices = AgreementSlices(context)
        self.quality_items = QualityItems(context)
        self.review_samples = ReviewSamples(context)
        self.costs = Costs(context)
        self.gold = Gold(context)
        self.lessons = Lessons(context)
        self.attempts = Attempts(context)
        self.skills = Skills(context)
        self.releases = Releases(context)
        self.release_diffs = ReleaseDiffs(context, self.releases)
        self.audits = Audits(context, self.releases)
        self.rework = Rework(context)
        self.certificates = Certificates(context, self.audits, self.releases)
        self.release_cards = ReleaseCards(context, self.releases)
        self.uploads = Uploads(context)
        self.jobs = Jobs(context)
        self.models = Models(context, self.jobs)
        self.segmenting = Segmenting(context)
        self.predictions = Predictions(context, self.jobs)
        self.tagging = Tagging(context)
        self.webhooks = Webhooks(context)
        self.heads = Heads(context, self.jobs)
        self.consequences = Consequences(context)
        self.suspects = Suspects(context, self.jobs)
        self.suspect_verdicts = SuspectVerdicts(context, self.submissions, self.issues)
        self.imports = Imports(context, self.jobs)
        self.item_imports = ItemImports(context, self.jobs)
        self.sources = Sources(context, self.jobs)
        self.label_imports = LabelImports(context, self.jobs)
        self.exports = Exports(context)
