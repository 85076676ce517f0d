"""Codes of failures and refusals as sentences, for whoever reads of them later: a timeline, what was sent out.

An error carries its sentences to whoever gets it at once. Journal and outbox keep the code, because sentences may
name what is personal; here a code finds words again. A code that only one process knows has none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from waystation.contracts.catalog import Catalog
from waystation.contracts.events import EntryKind


class Said(BaseModel):
    """A sentence in both languages."""

    zh: str
    en: str


#: Kinds of journal entry that say what went wrong.
FAILURES = frozenset((EntryKind.ACTION_FAILED, EntryKind.INCIDENT_OPENED, EntryKind.CASE_ENDED))
_CHINESE = re.compile(r"[\u3400-\u9fff]")
#: Between the languages of a failure's title in the journal.
_BETWEEN = " · "

#: What goes wrong in the machine itself (docs/language.md), and the ends of attempts.
_OF_THE_ENGINE: dict[str, tuple[str, str]] = {
    "expression": ("表达式无法计算，值缺失或类型不符", "an expression fails: a value is missing or of another kind"),
    "bad_data": ("写入的数据不符合流程的字段定义", "what is to be saved does not fit the fields of the process"),
    "bad_duration": ("时限或时间的值无效", "a deadline or a time has no valid value"),
    "bad_return": ("无法退回到该节点", "there is no way back to that node"),
    "no_branch": ("没有符合条件的分支，也没有默认分支", "no condition holds and there is no default"),
    "no_rule": ("决策表没有适用的规则", "no rule of the table fits"),
    "table_overlap": ("决策表有多条规则同时适用", "more than one rule of the table fits"),
    "no_approver": ("找不到可以处理的人", "nobody was found to work on this"),
    "starved": ("汇合所需的分支已不可能到齐", "what the join needs can no longer arrive"),
    "step_limit": ("步骤数超过上限", "the case took more steps than its limit"),
    "depth_limit": ("调用层数超过上限", "calls are nested too deeply"),
    "cancelled": ("被调用的流程已取消", "the called case was cancelled"),
    "withdrawn": ("被调用的流程已撤回", "the called case was withdrawn"),
    "failed": ("被调用的流程失败", "the called case failed"),
    "bad_args": ("动作的参数不正确", "the action was given bad arguments"),
    "timeout": ("动作超时", "the action took too long"),
    "action_crashed": ("动作内部出错", "the action crashed"),
    "unknown_action": ("没有这个动作", "there is no such action"),
    "unavailable": ("暂时无法连接，请稍后重试", "it cannot be reached just now"),
    "database_unavailable": ("数据库暂时不可用", "the database does not answer"),
}  # fmt: skip
#: What a case, or the door before it, refuses; so a called case may not start, or a message not be taken.
_OF_CASES: dict[str, tuple[str, str]] = {
    "not_allowed": ("没有相应的权限", "whoever asked may not do this"),
    "not_found": ("没有所指的内容", "what was asked for does not exist"),
    "not_open": ("该任务或流程已经结束", "the task or case is closed"),
    "not_yours": ("不是该任务的处理人", "the task is somebody else's"),
    "claimed": ("任务已被他人认领", "somebody else has claimed it"),
    "locked": ("资源被另一任务占用", "another task holds what is needed"),
    "four_eyes": ("须由另一人处理", "somebody else has to do this"),
    "suspended": ("流程已挂起", "the case is suspended"),
    "stale": ("任务已有变化", "the task has changed meanwhile"),
    "too_late": ("已来不及", "it is too late for this"),
    "too_soon": ("操作过于频繁", "it is too soon for this"),
    "would_be_empty": ("不能没有处理人", "nobody would be left to do it"),
    "bad_form": ("填写的内容不符合要求", "the form is not filled in as it must be"),
    "key_in_use": ("相同业务编号的流程正在进行", "a case with this key is under way"),
    "key_reused": ("同一编号已用于其他内容", "the id was used for something else"),
    "unknown_process": ("没有该流程", "there is no such process"),
    "unknown_version": ("没有该版本", "there is no such version"),
    "version_retired": ("该版本已停用", "this version is retired"),
    "nothing_goes_out": ("未启用对外调用", "calls to the outside are switched off"),
    "unknown_file": ("没有所需的数据文件", "a data file is missing"),
    "too_early": ("尚未到时", "its time has not come"),
}  # fmt: skip
#: Why nothing had to be sent, and what belongs to one way out alone.
_OF_THE_POST: dict[str, tuple[str, str]] = {
    "inbox_only": ("只在站内通知", "told inside the product only"),
    "has_left": ("收件人已离职，不再发送", "the person has left; nothing is sent"),
    "left_to_webhooks": ("由回调接收方处理", "left to those who listen by webhook"),
    "too_old": ("超过三天未能发出，不再发送", "older than three days; not sent any more"),
    "unconfirmed": ("已提交，对方尚未确认送达", "handed over; whether it arrived is not known"),
    "not_subscribed": ("回调已删除", "the webhook is no more"),
    "not_visible": ("回调的所有者无权查看", "the owner of the webhook may not see it"),
    "taken_back": ("事件已被撤销", "the event was taken back"),
    "notifications.unknown_template": ("没有该通知模板", "there is no such template"),
    "webhook.switched_off": ("回调已停用，启用后继续", "the webhook is switched off; it goes on when it is on"),
    "webhook.resting": ("对方连续失败，稍后再试", "the other side failed repeatedly; tried again later"),
    "webhook.in_order": ("等待之前的事件先送达", "waits for the event before it"),
    "webhook.owner_gone": ("回调的所有者已离开", "the owner of the webhook has left"),
    "webhook.gone": ("对方不再接收", "the other side wants no more"),
    "http.unknown_secret": ("没有所需的密钥", "the secret is not there"),
    "http.address_refused": ("不允许访问该地址", "the address may not be called"),
    "http.bad_url": ("地址无效", "the address is not valid"),
    "http.too_large": ("内容过大", "it is too large"),
    "http.timeout": ("对方超时未答复", "the other side did not answer in time"),
    "http.unreachable": ("无法连接对方", "the other side cannot be reached"),
    "http.unknown_host": ("找不到对方的主机", "the host is not known"),
    "http.not_allowed": ("不允许访问该地址", "the address may not be called"),
    "http.redirected": ("对方要求转到其他地址", "the other side points elsewhere"),
    "http.refused": ("对方拒绝", "the other side refuses"),
    "http.busy": ("对方繁忙，稍后再试", "the other side is busy; tried again later"),
    "http.bad_answer": ("对方的应答无法读取", "the answer cannot be read"),
    "http.bad_body": ("请求内容无效", "what was to be sent is not valid"),
    "http.bad_header": ("请求头无效", "a header is not valid"),
}  # fmt: skip
CHANNELS: dict[str, tuple[str, str]] = {
    "inbox": ("站内", "inbox"), "mail": ("邮件", "mail"), "email": ("邮件", "mail"), "sms": ("短信", "SMS"),
    "wecom": ("企业微信", "WeCom"), "dingtalk": ("钉钉", "DingTalk"),
    "webhook": ("回调", "webhook"), "notice": ("通知", "notice"), "send_out": ("外发", "outgoing message"),
}  # fmt: skip
#: What every channel may say: after its name.
_OF_A_CHANNEL: dict[str, tuple[str, str]] = {
    "not_set_up": ("尚未配置", "is not set up here"),
    "no_address": ("：收件人没有邮箱地址", ": the person has no address"),
    "no_number": ("：收件人没有手机号码", ": the person has no telephone number"),
    "no_id": ("：收件人没有账号", ": the person has no account there"),
    "no_text": ("：没有对应的短信模板", ": no approved text stands for it"),
    "bad_user": ("：查无此接收人", ": nobody there has this account"),
    "bad_number": ("：手机号码无效", ": this is no telephone number"),
    "bad_address": ("：邮箱地址无效", ": this is no address"),
    "refused": ("：对方拒绝", ": it was refused"),
    "forbidden": ("：没有接口权限", ": the interface is not open to us"),
    "credentials": ("：凭证无效", ": the credentials are not accepted"),
    "account": ("：应用的账号或权限有误", ": the account or its rights are wrong"),
    "limit": ("：触发频率限制，稍后再试", ": a limit is reached; tried again later"),
    "busy": ("繁忙，稍后再试", "is busy; tried again later"),
    "unavailable": ("没有响应，稍后再试", "does not answer; tried again later"),
}  # fmt: skip
_STATUS = re.compile(r"webhook\.status_(\d+)")
#: An exception nobody raised on purpose is kept by the name of its class.
_CRASH = re.compile(r"[A-Z][A-Za-z]+")


def said_of(code: str, catalog: Catalog) -> Said | None:
    """What a code means; None where only the process that raises it knows."""
    known = _OF_THE_ENGINE.get(code) or _OF_CASES.get(code) or _OF_THE_POST.get(code) or _of_actions(catalog).get(code)
    if known is not None:
        return _both(*known)
    channel, _, what = code.rpartition(".")
    if channel in CHANNELS and what in _OF_A_CHANNEL:
        return _both(*(_joined(name, said) for name, said in zip(CHANNELS[channel], _OF_A_CHANNEL[what], strict=True)))
    if found := _STATUS.fullmatch(code):
        return _both(f"对方返回 {found[1]}", f"the other side answers {found[1]}")
    return _both(f"内部出错（{code}）", f"it crashed ({code})") if _CRASH.fullmatch(code) else None


def said_in(data: Mapping[str, Any], catalog: Catalog) -> Said | None:
    """What a journal entry says went wrong: its own title where that has both languages, else the words of its code."""
    detail = data.get("detail")
    title = data.get("title") or (detail.get("title") if isinstance(detail, Mapping) else None)
    halves = title.split(_BETWEEN) if isinstance(title, str) else []
    if len(halves) == 2 and _CHINESE.search(halves[0]) and not _CHINESE.search(halves[1]):
        return _both(*halves)
    return said_of(str(data["code"]), catalog) if data.get("code") else None


def _of_actions(catalog: Catalog) -> dict[str, tuple[str, str]]:
    return {error.code: (error.zh, error.en) for spec in catalog.actions.values() for error in spec.errors}


def _joined(name: str, said: str) -> str:
    """English puts a space between words, and none before a colon."""
    return f"{name} {said}" if said[:1].isascii() and said[:1].isalpha() else f"{name}{said}"


def _both(zh: str, en: str) -> Said:
    return Said(zh=zh, en=en)
