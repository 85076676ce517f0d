"""企业微信通讯录: departments and members as its server API gives them to an application that may read contacts.

gettoken (corpid, corpsecret), department/list, and user/list department by department; it knows no pages. Codes:
40014 and 42001 are tokens, 40001 and 40013 credentials, 45009, 45033 and -1 pass; 48002, 60011 and 60020 are rights.
"""

from __future__ import annotations

from typing import Any

from activities.people.contracts import Department, Member
from waystation.outside.vendor import Vendor

URL = "https://qyapi.weixin.qq.com"
#: Codes of `status`: disabled, and has left the company.
_GONE = (2, 5)


class WeCom(Vendor):
    """The contact list of one company (corpid) through one application's secret."""

    token_codes = frozenset({"40014", "42001"})
    busy_codes = frozenset({"-1", "45009", "45033"})
    forbidden_codes = frozenset({"48002", "60011", "60020"})

    @property
    def source(self) -> str:
        return "wecom"

    async def fetch_token(self) -> dict[str, Any]:
        params = {"corpid": self._access.key, "corpsecret": self._access.secret}
        return await self.request("GET", "/cgi-bin/gettoken", params)

    async def departments(self) -> list[Department]:
        answer = await self.call("GET", "/cgi-bin/department/list", {})
        rows = answer.get("department", [])
        known = {str(row["id"]) for row in rows}
        found = {
            str(row["id"]): Department(
                str(row["id"]),
                str(row.get("name") or row["id"]),
                str(row["parentid"]) if str(row.get("parentid")) in known else None,
                tuple(map(str, row.get("department_leader") or ())),
            )
            for row in rows
        }
        return parents_first(found)

    async def members(self, departments: list[Department]) -> list[Member]:
        found: dict[str, Member] = {}
        for department in departments:
            answer = await self.call("GET", "/cgi-bin/user/list", {"department_id": department.id})
            for row in answer.get("userlist", []):
                found.setdefault(str(row["userid"]), _member(row))
        return list(found.values())


def _member(row: dict[str, Any]) -> Member:
    departments = list(map(str, row.get("department") or ()))
    leads = [one for one, leader in zip(departments, row.get("is_leader_in_dept") or (), strict=False) if leader]
    main = str(row.get("main_department") or "")
    if main in departments:
        departments.sort(key=lambda department: department != main)
    return Member(
        str(row["userid"]),
        str(row.get("name") or row["userid"]),
        str(row.get("biz_mail") or row.get("email") or ""),
        str(row.get("mobile") or row.get("telephone") or ""),
        str(row.get("position") or ""),
        tuple(departments),
        tuple(leads),
        next(map(str, row.get("direct_leader") or ()), None),
        row.get("status") not in _GONE,
    )


def parents_first(found: dict[str, Department]) -> list[Department]:
    """Departments so that each comes after the one above it; one that is above itself counts as a top."""
    ordered: dict[str, Department] = {}

    def add(department: Department, below: frozenset[str]) -> None:
        if department.id in ordered or department.id in below:
            return
        if department.parent is not None:
            add(found[department.parent], below | {department.id})
        ordered.setdefault(department.id, department)

    for department in found.values():
        add(department, frozenset())
    return list(ordered.values())
