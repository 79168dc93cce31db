"""What a user or an operator can cure: shown as one message, without a traceback."""

from clickhouse_driver.errors import Error as ClickHouseError
from kafka.errors import KafkaError
from pydantic import ValidationError

from monitoring.assessment.faults import AssessmentFault
from monitoring.auditor.reading import NoTopic
from schemas.registry.external import RegistryDiffers
from sinks.portal.following import Behind
from sinks.portal.keys import IssuerFault
from streams.addresses import NoServers
from streams.audit.keys import AuditFault
from streams.backup.bundle import BackupFault
from streams.clock import ClockFault
from streams.explain import NotFound
from streams.growth import GrowthFault
from streams.identity import KeyringFault
from streams.kit.folder import KitFault
from streams.kit.journal import JournalFault
from streams.kit.reading import FileFault
from streams.law.faults import LawFault
from streams.laws import UnknownLaw
from streams.local.errors import LocalStackError
from streams.querylog import Refused
from streams.run.alone import AlreadyRunning
from streams.run.children import ChildDied
from streams.run.expected import SideFileFault
from streams.run.watch import Stalled
from streams.security.granting import GrantFault
from streams.settings import SettingsFault
from streams.setup import Drifted
from streams.whatif.kept import NotShown
from streams.whatif.partition import NotPassed
from streams.whatif.run import NothingToCompare
from topics.access import AccessFault
from topics.files import TopicFault

MISTAKES = (
    AccessFault,
    AlreadyRunning,
    AssessmentFault,
    AuditFault,
    BackupFault,
    Behind,
    ChildDied,
    ClickHouseError,
    ClockFault,
    Drifted,
    FileFault,
    GrantFault,
    GrowthFault,
    IssuerFault,
    KafkaError,
    JournalFault,
    KeyringFault,
    KitFault,
    LawFault,
    LocalStackError,
    NoServers,
    NoTopic,
    NotFound,
    NotPassed,
    NotShown,
    NothingToCompare,
    OSError,
    Refused,
    RegistryDiffers,
    SettingsFault,
    SideFileFault,
    Stalled,
    TimeoutError,
    TopicFault,
    UnknownLaw,
    ValidationError,
)
