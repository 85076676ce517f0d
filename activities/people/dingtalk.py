"""钉钉通讯录: departments from the root down, and the people of each page by page (cursor and size).

topapi/v2/department/listsub and topapi/v2/user/list; the rest is in `waystation.outside.dingtalk`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from activities.people.contracts import Department, Member
from waystation.outside.dingtalk import DingTalkVendor

URL = "https://oapi.dingtalk.com"
#: The department above all others; it is not among the answers.
ROOT = "1"
_PAGE = 100
#: Pages and departments at most: a cursor that never ends must not keep us for ever.
_MOST = 10_000


class DingTalk(DingTalkVendor):
    """The contact list of one company through one application's key and secret."""

    async def departments(self) -> list[Department]:
        found = {ROOT: Department(ROOT, "钉钉")}
        waiting = [ROOT]
        while waiting and len(found) < _MOST:
            above = waiting.pop(0)
            answer = await self.call("POST", "/topapi/v2/department/listsub", {}, {"dept_id": int(above)})
            for row in answer.get("result") or ():
                department = str(row["dept_id"])
                if department not in found:
                    found[department] = Department(department, str(row.get("name") or department), above)
                    waiting.append(department)
        return list(found.values())

    async def members(self, departments: list[Department]) -> list[Member]:
        found: dict[str, Member] = {}
        for department in departments:
            for row in await self._people_of(department.id):
                person = str(row["userid"])
                member = found.get(person) or _member(row)
                leads = (*member.leads, department.id) if row.get("leader") else member.leads
                found[person] = replace(member, leads=leads)
        return list(found.values())

    async def _people_of(self, department: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        cursor = 0
        for _ in range(_MOST):
            body = {"dept_id": int(department), "cursor": cursor, "size": _PAGE}
            result = (await self.call("POST", "/topapi/v2/user/list", {}, body)).get("result") or {}
            rows += result.get("list") or ()
            following = int(result.get("next_cursor") or 0)
            if not result.get("has_more") or following <= cursor:
                break
            cursor = following
        return rows


def _member(row: dict[str, Any]) -> Member:
    return Member(
        str(row["userid"]),
        str(row.get("name") or row["userid"]),
        str(row.get("org_email") or row.get("email") or ""),
        str(row.get("mobile") or row.get("telephone") or ""),
        str(row.get("title") or ""),
        tuple(map(str, row.get("dept_id_list") or ())),
        (),
        str(row["manager_userid"]) if row.get("manager_userid") else None,
    )
