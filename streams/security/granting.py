"""Rights on a cluster: compared with those the catalogue gives, missing ones added, strange ones taken away."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

from kafka import KafkaAdminClient
from kafka.admin import (
    ACL,
    ACLFilter,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    ResourcePattern,
    ResourcePatternFilter,
    ResourceType,
)

from streams.security.rights import Right, of_channel, of_partner

_AT_A_TIME = 500  # rights in one request
_OUTSIDE = tuple(f"User:{of('')}" for of in (of_channel, of_partner))
_EVERYTHING = ACLFilter(
    principal=None,
    host=None,
    operation=ACLOperation.ANY,
    permission_type=ACLPermissionType.ANY,
    resource_pattern=ResourcePatternFilter(ResourceType.ANY, None, ACLResourcePatternType.ANY),
)


class GrantFault(Exception):
    """The cluster did not take a right; says which and why."""


class Difference(NamedTuple):
    """``missing``: wanted and not there. ``strange``: an account of ours has it on the cluster, as it says it, and no
    topic family gives it, as a channel leaves it that was taken out. ``foreign``: somebody else may do something, or
    everybody (``User:*``); never taken away, for it may be the brokers' own. A cluster with rights holds one
    deployment."""

    missing: list[Right]
    strange: list[Any]
    foreign: list[Any]


def compare(options: Mapping[str, Any], wanted: Iterable[Right], known: Iterable[str] = ()) -> Difference:
    """``options``: how the administrator reaches the cluster; ``known``: accounts besides ours that have rights of
    their own, as brokers have. Raises KafkaError, also where nothing checks rights."""
    with _admin(options) as admin:
        standing = set(admin.describe_acls(_EVERYTHING)[0])
    asked = {_acl(right): right for right in wanted}
    accounts = {acl.principal for acl in asked}
    others = {f"User:{account}" for account in known}
    strange, foreign = [], []
    for acl in sorted(standing - set(asked), key=repr):
        if acl.principal in accounts or acl.principal.startswith(_OUTSIDE):
            strange.append(acl)
        elif acl.principal not in others and acl.permission_type is ACLPermissionType.ALLOW:
            foreign.append(acl)
    return Difference([right for acl, right in asked.items() if acl not in standing], strange, foreign)


def bring(options: Mapping[str, Any], difference: Difference) -> None:
    """Make it so. Raises KafkaError, GrantFault."""
    with _admin(options) as admin:
        for some in _portions([_acl(right) for right in difference.missing]):
            if failed := admin.create_acls(some)["failed"]:
                raise GrantFault(f"权限未能写入 / {len(failed)} rights were not taken: {failed[0].__name__}")
        for some in _portions(difference.strange):
            for _, _, error in admin.delete_acls([_exactly(acl) for acl in some]):
                if error.errno:
                    raise GrantFault(f"权限未能取消 / a right was not taken away: {error.__name__}")


def told(acl: Any) -> str:
    """One right of the cluster in a line."""
    pattern = acl.resource_pattern
    who, kind = acl.principal.removeprefix("User:"), acl.permission_type.name
    return f"{who} {kind} {acl.operation.name} {pattern.resource_type.name} {pattern.resource_name}"


def _acl(right: Right) -> Any:
    pattern = ACLResourcePatternType.PREFIXED if right.prefixed else ACLResourcePatternType.LITERAL
    return ACL(
        principal=f"User:{right.account}",
        host="*",
        operation=ACLOperation[right.operation],
        permission_type=ACLPermissionType.ALLOW,
        resource_pattern=ResourcePattern(ResourceType[right.resource], right.name, pattern),
    )


def _exactly(acl: Any) -> Any:
    pattern = acl.resource_pattern
    only = ResourcePatternFilter(pattern.resource_type, pattern.resource_name, pattern.pattern_type)
    return ACLFilter(acl.principal, acl.host, acl.operation, acl.permission_type, only)


def _portions(all_of_them: list[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(all_of_them), _AT_A_TIME):
        yield all_of_them[start : start + _AT_A_TIME]


@contextmanager
def _admin(options: Mapping[str, Any]) -> Iterator[Any]:
    admin = KafkaAdminClient(**options)
    try:
        yield admin
    finally:
        admin.close()
