"""What devices wrote down without a network: each record once, whenever and in whatever order it comes.

A record has the id that its device gave it. The same record again changes nothing; another content under the same id is
refused, so that a person can look at both. Times of the device and of its arrival are both kept.
"""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

from pydantic import BaseModel, ValidationError
from sqlalchemy import select

from activities._runtime import ActionContext, Point, action, metres_between, plain
from activities.visits.contracts import (
    AcceptRecordIn,
    AcceptRecordOut,
    CheckInContent,
    NotesContent,
    SentPoint,
    TrackIn,
    TrackOut,
)
from activities.visits.rules import ACCURACY_M, FASTEST_KMH, WORK_FROM, WORK_UNTIL, Fix, TrackRules, track_flag
from activities.visits.tables import OfflineRecord, TrackPoint, Visit
from waystation.contracts.catalog import ActionError
from waystation.contracts.errors import Refused
from waystation.store.inserts import insert_if_new

UNKNOWN_VISIT = ActionError("visits.unknown_visit", "没有这次拜访", "no such visit")
BAD_RECORD = ActionError("visits.bad_record", "离线记录内容不完整", "the record does not hold what it should")
RECORD_CONFLICT = ActionError(
    "visits.record_conflict", "同一编号的离线记录内容不同", "another record with the same id has other content"
)

_CONTENTS: dict[str, type[BaseModel]] = {"check_in": CheckInContent, "notes": NotesContent}


@action(
    "visits.accept_record",
    zh="接收离线记录",
    en="Take in an offline record",
    about_zh="离线签到与记录补传：同一编号只收一次，内容不同则搁置。",
    icon="cloud-upload",
    errors=(UNKNOWN_VISIT, BAD_RECORD, RECORD_CONFLICT),
)
async def accept_record(ctx: ActionContext, args: AcceptRecordIn) -> AcceptRecordOut:
    """Takes a record in that a device made without a network, once, and gives its content as the forms name it."""
    if await ctx.session.scalar(select(Visit.id).where(Visit.id == args.visit)) is None:
        raise Refused(UNKNOWN_VISIT.code, UNKNOWN_VISIT.en, UNKNOWN_VISIT.zh, {"visit": args.visit})
    content = _checked(args)
    told = {"visit": args.visit, "kind": args.kind, "at": args.device_time.isoformat(), "content": content}
    digest = sha256(json.dumps(told, sort_keys=True, ensure_ascii=False, default=str).encode()).hexdigest()
    row = {"visit": args.visit, "kind": args.kind, "digest": digest, "device_time": args.device_time}
    fresh = await insert_if_new(ctx.session, OfflineRecord, id=args.record, received_at=ctx.at, **row)
    if not fresh:
        known = await ctx.session.scalar(select(OfflineRecord.digest).where(OfflineRecord.id == args.record))
        if known != digest:
            raise Refused(RECORD_CONFLICT.code, RECORD_CONFLICT.en, RECORD_CONFLICT.zh, {"record": args.record})
    return AcceptRecordOut(fresh=fresh, content=content)


@action(
    "visits.track",
    zh="上传轨迹",
    en="Take in a track",
    about_zh="下班时间、漂移与误差过大的点只作标记并隐藏，不删除。",
    icon="route",
)
async def track(ctx: ActionContext, args: TrackIn) -> TrackOut:
    """Takes in points of a salesperson's day, each once; private and wrong ones are kept but do not count."""
    rules = _track_rules(ctx)
    last: SentPoint | None = None
    counts = {"": 0, "private": 0, "jump": 0, "inaccurate": 0}
    for point in sorted(args.points, key=lambda each: (each.at, each.id)):
        metres = metres_between(last.place, point.place) if last else None
        flag = track_flag(Fix(point.at, point.accuracy_m, metres, last.at if last else None), rules)
        counts[flag] += await _keep(ctx, args.salesperson, point, flag)
        last = point if flag == "" else last
    return TrackOut(counted=counts.pop(""), **counts)


def _checked(args: AcceptRecordIn) -> dict[str, Any]:
    """The content as plain data.

    Raises:
        Refused: `visits.bad_record`, naming the first field that is wrong.
    """
    model = _CONTENTS.get(args.kind)
    if model is None:
        return {}
    try:
        content: dict[str, Any] = plain(model.model_validate(args.content))
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors(include_url=False)[0]["loc"])
        raise Refused(BAD_RECORD.code, f"{BAD_RECORD.en}: {where}", f"{BAD_RECORD.zh}：{where}") from error
    return {name: value for name, value in content.items() if value is not None}


async def _keep(ctx: ActionContext, salesperson: str, point: SentPoint, flag: str) -> int:
    place: Point = point.place
    row = {"lat": place.lat, "lng": place.lng, "datum": place.datum, "accuracy_m": point.accuracy_m, "at": point.at}
    new = await insert_if_new(ctx.session, TrackPoint, id=point.id, salesperson=salesperson, flag=flag, **row)
    return int(new)


def _track_rules(ctx: ActionContext) -> TrackRules:
    return TrackRules(
        accuracy_m=ctx.setting("visits.accuracy_m", ACCURACY_M),
        fastest_kmh=ctx.setting("visits.fastest_kmh", FASTEST_KMH),
        work_from=ctx.setting("visits.work_from", WORK_FROM),
        work_until=ctx.setting("visits.work_until", WORK_UNTIL),
    )
