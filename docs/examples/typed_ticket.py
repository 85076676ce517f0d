"""The same ticket with the typed client of `make client`: run it with URL USER PASSWORD."""

from __future__ import annotations

import sys

from waystation_client import AuthenticatedClient, Client
from waystation_client.api.cases import start_case, timeline
from waystation_client.api.sessions import sign_in
from waystation_client.api.tasks import complete
from waystation_client.models import Complete, CompleteFormType0, SignIn, StartCase, StartCaseData


def main(url: str, user: str, password: str) -> None:
    session = sign_in.sync(client=Client(url), body=SignIn(tenant="demo", user=user, password=password))
    client = AuthenticatedClient(url, session.token)
    ticket = {"customer": "Harbour Cafe", "serial_no": "E8-0003", "text": "It hums", "region": "华东"}
    where = {"lat": 31.23, "lng": 121.45, "datum": "wgs84"}
    data = StartCaseData.from_dict({**ticket, "location": where})
    started = start_case.sync(client=client, body=StartCase(process="ticket", data=data), idempotency_key="hum-typed")
    form = CompleteFormType0.from_dict({"category": "technical", "skill": "repair", "lane": "normal"})
    complete.sync(started.tasks[0].id, client=client, body=Complete(outcome="done", form=form))
    for entry in timeline.sync(started.case.id, client=client).items:
        print(entry.at, entry.kind, entry.path, entry.by)


if __name__ == "__main__":
    main(*sys.argv[1:])
