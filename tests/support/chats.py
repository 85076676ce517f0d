"""WeCom and DingTalk as they take messages: servers on this machine that check what they are sent as documented.

Beside what `directories` has (tokens, credentials, troubles) they know who may be told, and what was sent to whom.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.support.directories import KEY, SECRET, Company

AGENT = 1000002


@dataclass
class Told(Company):
    """A company whose application tells people.

    Args:
        people: who may be told.
        held_back: person -> code of why he does not get it (DingTalk).
        late: results that say nothing yet, before one does (DingTalk).
    """

    people: set[str] = field(default_factory=lambda: {"zhangsan"})
    held_back: dict[str, str] = field(default_factory=dict)
    late: int = 0
    sent: list[tuple[str, str]] = field(default_factory=list)


def wecom(company: Told, path: str, asked: dict[str, str], body: Any) -> dict[str, Any]:
    """gettoken by GET, message/send by POST."""
    if path == "/cgi-bin/gettoken":
        if asked.get("corpid") != KEY:
            return {"errcode": 40013, "errmsg": "invalid corpid"}
        return company.token() if asked.get("corpsecret") == SECRET else {"errcode": 40001, "errmsg": "invalid secret"}
    if asked.get("access_token") not in company.valid:
        return {"errcode": 40014, "errmsg": "invalid access_token"}
    if path != "/cgi-bin/message/send" or not isinstance(body, dict):
        return {"errcode": 404, "errmsg": "no such interface"}
    if body.get("agentid") != AGENT:
        return {"errcode": 40056, "errmsg": "invalid agentid"}
    content = str((body.get("text") or {}).get("content") or "")
    if body.get("msgtype") != "text" or not content:
        return {"errcode": 44004, "errmsg": "content size out of limit"}
    if not 0 < body.get("duplicate_check_interval", 1800) <= 4 * 3600:
        return {"errcode": 40058, "errmsg": "invalid Request Parameter"}
    known = [one for one in body["touser"].split("|") if one in company.people]
    unknown = [one.lower() for one in body["touser"].split("|") if one not in company.people]
    if not known:
        return {"errcode": 81013, "errmsg": "user & party & tag all invalid", "invaliduser": "|".join(unknown)}
    again = body.get("enable_duplicate_check") == 1 and any(said == content for _, said in company.sent)
    if not again:
        company.sent += [(one, content.encode()[:2048].decode(errors="ignore")) for one in known]
    return {"errcode": 0, "errmsg": "ok", "invaliduser": "|".join(unknown), "msgid": f"m{len(company.sent)}"}


def dingtalk(company: Told, path: str, asked: dict[str, str], body: Any) -> dict[str, Any]:
    """A message is always taken; what became of it, the result says."""
    if path == "/gettoken":
        good = (asked.get("appkey"), asked.get("appsecret")) == (KEY, SECRET)
        return company.token() if good else {"errcode": 40089, "errmsg": "不合法的corpid或corpsecret"}
    if asked.get("access_token") not in company.valid:
        return {"errcode": 88, "errmsg": "ding talk error[subcode=40014,submsg=不合法的access_token]"}
    if not isinstance(body, dict) or body.get("agent_id") != AGENT:
        return {"errcode": 41011, "errmsg": "缺少agentid"}
    if path == "/topapi/message/corpconversation/asyncsend_v2":
        content = str(((body.get("msg") or {}).get("text") or {}).get("content") or "")
        if not body.get("userid_list") or not content or len(content.encode()) > 2048:
            return {"errcode": 400002, "errmsg": "无效的参数"}
        company.sent.append((body["userid_list"], content))
        return {"errcode": 0, "errmsg": "ok", "task_id": len(company.sent), "request_id": "r"}
    if path != "/topapi/message/corpconversation/getsendresult":
        return {"errcode": 404, "errmsg": "请求的URI地址不存在"}
    return {"errcode": 0, "errmsg": "ok", "send_result": _result(company, body["task_id"])}


def _result(company: Told, task: int) -> dict[str, Any]:
    person, content = company.sent[task - 1]
    if company.late:
        company.late -= 1
        return {}
    earlier = (person, content) in company.sent[: task - 1]
    code = "143106" if earlier else company.held_back.get(person)
    if person not in company.people:
        return {"invalid_user_id_list": [person]}
    if code is not None:
        return {
            "forbidden_user_id_list": [person],
            "forbidden_list": [{"userid": person, "code": code, "count": 500}],
        }
    return {"unread_user_id_list": [person], "read_user_id_list": []}
