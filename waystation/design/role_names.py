"""Names of roles that many organisations have, for cards and lists; a role of another id is called by its id."""

from __future__ import annotations

Pair = tuple[str, str]
_USUAL: dict[str, Pair] = {
    "admin": ("管理员", "administrators"),
    "auditor": ("审计", "auditors"),
    "channel_adapter": ("渠道接口", "channel adapter"),
    "customer": ("客户", "customers"),
    "customer_service": ("客服", "customer service"),
    "designer": ("流程设计员", "process designers"),
    "director": ("总监", "directors"),
    "dispatcher": ("调度", "dispatchers"),
    "employee": ("员工", "employees"),
    "engineer": ("工程师", "engineers"),
    "finance": ("财务", "finance"),
    "hr": ("人事", "human resources"),
    "it": ("信息部", "IT"),
    "legal": ("法务", "legal"),
    "manager": ("经理", "managers"),
    "operator": ("运维", "operators"),
    "order_admin": ("订单管理员", "order administrators"),
    "owner": ("负责人", "owners"),
    "parts_keeper": ("备件管理员", "parts keepers"),
    "purchasing": ("采购", "purchasing"),
    "region_manager": ("区域经理", "regional managers"),
    "sales": ("销售", "sales"),
    "sales_manager": ("销售经理", "sales managers"),
    "service_agent": ("客服专员", "service agents"),
    "service_manager": ("服务经理", "service managers"),
    "station_lead": ("站长", "station leads"),
    "warehouse_keeper": ("仓管员", "warehouse keepers"),
    "warehouse_lead": ("仓库主管", "warehouse leads"),
}


def role_name(role: object) -> Pair:
    """What a role is called in zh and en."""
    name = str(role)
    return _USUAL.get(name, (name, name))
