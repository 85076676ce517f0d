"""Every permission that a route may name, and which roles of the product have it.

A permission opens the door of a route; which rows and fields are behind it, `policy.can` decides. Scopes of tokens are
permissions too, or all of a noun: `cases.*`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

#: Asked of nobody: signing in, and what machines look at.
PUBLIC = "public"
#: The role that has every permission.
ADMIN = "admin"
#: The role that answers for personal data.
OFFICER = "privacy_officer"


@dataclass(frozen=True, slots=True)
class Permission:
    """One permission.

    Args:
        roles: who has it beside `admin`; None: everybody who is signed in.
    """

    name: str
    zh: str
    en: str
    roles: frozenset[str] | None = None


def _of(*roles: str) -> frozenset[str]:
    return frozenset(roles)


PERMISSIONS: dict[str, Permission] = {
    found.name: found
    for found in (
        Permission(PUBLIC, "无需登录", "without signing in"),
        Permission("me.see", "查看本人信息", "see who one is"),
        Permission("me.leave", "退出登录", "sign out"),
        Permission("password.own", "修改本人的密码", "change one's own password"),
        Permission("tokens.own", "管理本人的访问令牌", "manage one's own tokens"),
        Permission("notices.own", "查看本人的通知", "read one's own notices"),
        Permission("notices.see", "查看外发记录", "see what was sent out", _of("operator")),
        Permission("notices.manage", "重发外发记录", "have what was given up sent again", _of("operator")),
        Permission("webhooks.manage", "管理回调", "manage webhooks, out and in", _of()),
        Permission("events.see", "订阅事件流", "follow the stream of events"),
        Permission("views.own", "管理视图", "keep views of lists"),
        Permission("cases.see", "查看流程实例", "see cases"),
        Permission("cases.start", "发起流程", "start cases"),
        Permission("cases.steer", "管理流程实例", "steer cases"),
        Permission("tasks.see", "查看任务", "see tasks"),
        Permission("tasks.act", "办理任务", "act on tasks"),
        Permission("files.see", "查看文件", "see files"),
        Permission("files.store", "上传文件", "store files"),
        Permission("messages.send", "发送消息", "send messages to cases", _of("operator", "channel_adapter")),
        Permission("processes.see", "查看流程定义", "see processes"),
        Permission("processes.publish", "发布流程", "publish processes", _of("designer")),
        Permission("processes.roll_out", "灰度发布有发布权的流程", "roll out processes that one may publish"),
        Permission("designs.see", "查看设计稿", "see designs"),
        Permission("designs.edit", "编辑设计稿", "edit designs"),
        Permission("designs.rights", "管理设计权限", "say who may edit what", _of()),
        Permission("people.see", "查看人员", "see people"),
        Permission("people.own", "管理本人的请假和代理", "manage one's own absences and proxies"),
        Permission("people.manage", "管理人员", "manage people", _of("hr")),
        Permission("access.see", "查看数据权限规则", "see the rules of access", _of("auditor")),
        Permission("access.manage", "管理数据权限规则", "change the rules of access", _of()),
        Permission("privacy.own", "导出本人的个人信息", "export what is held on oneself"),
        Permission("privacy.see", "查看个人信息的访问日志", "see who read personal data", _of("auditor", OFFICER)),
        Permission("privacy.manage", "查找、导出、删除个人信息", "find and erase people", _of(OFFICER)),
        Permission("payloads.open", "查看 Temporal 页面上的加密数据", "open sealed data on Temporal's page", _of()),
        Permission("audit.see", "查看审计日志", "read the audit log", _of("auditor")),
    )
}


def has(roles: Iterable[str], scopes: Iterable[str] | None, permission: str) -> bool:
    """Whether somebody with these roles, through a token with these scopes (None: all), has a permission."""
    if scopes is not None and not any(covers(scope, permission) for scope in scopes):
        return False
    held, needed = set(roles), PERMISSIONS[permission].roles
    return needed is None or ADMIN in held or not needed.isdisjoint(held)


def covers(scope: str, permission: str) -> bool:
    """Whether a scope holds a permission: `cases.see`, all of a noun (`cases.*`), or everything (`*`)."""
    return scope in ("*", permission) or (scope.endswith(".*") and permission.startswith(scope[:-1]))


def is_scope(scope: str) -> bool:
    """Whether a scope holds any permission that there is."""
    return any(covers(scope, name) for name in PERMISSIONS)
