"""What a user or an operator can cure: shown as one message, without a traceback."""

import errno

from aiokafka.errors import KafkaError as WorkersKafkaError
from clickhouse_driver.errors import Error as ClickHouseError
from kafka.errors import KafkaError
from pydantic import ValidationError
from pydantic_core import ErrorDetails

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
    WorkersKafkaError,
)

_WHY = {
    errno.ENOENT: "没有该文件或目录 / no such file or folder",
    errno.EEXIST: "已存在 / is there already",
    errno.EISDIR: "是目录，不是文件 / is a folder, not a file",
    errno.ENOTDIR: "不是目录 / is no folder",
    errno.EACCES: "没有权限 / permission denied",
    errno.ENOSPC: "磁盘已满 / the disk is full",
    errno.EADDRINUSE: "端口已被占用，请换一个端口 / the port is taken: choose another with --port",
}


def told(mistake: BaseException) -> str:
    """One message for people: what it is about, what is wrong. What a server adds for its authors is left out."""
    if isinstance(mistake, OSError) and mistake.errno in _WHY:
        return ": ".join(filter(None, (str(mistake.filename or ""), _WHY[mistake.errno])))
    if isinstance(mistake, ValidationError):
        return "\n".join(_setting(one) for one in mistake.errors(include_url=False))
    if isinstance(mistake, ClickHouseError):
        return f"ClickHouse: {str(mistake).partition('Stack trace:')[0].strip()}"
    return str(mistake) or type(mistake).__name__


def _setting(fault: ErrorDetails) -> str:
    """A setting that cannot be, by the name of its environment variable."""
    name = str(fault["loc"][0]) if fault["loc"] else ""
    shown = name if name.isupper() else f"CHENGXIN_{name.upper()}"
    return f"{shown}: 设置有误 / {fault['msg']}, not {fault['input']!r}"
