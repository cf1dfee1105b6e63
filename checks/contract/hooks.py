"""Who asks. Access tokens last minutes, so they are fetched anew while a run lasts."""

import os

import requests
import schemathesis

BASE = os.environ["EINLASS_BASE"]
ACTOR = os.environ["EINLASS_ACTOR"]
PASSWORD = os.environ["EINLASS_DEMO_PASSWORD"]
ADDRESSES = {
    "reporter": "reporter@staedteregion.example",
    "front_desk": "front-desk@staedteregion.example",
    "organiser": "organiser@staedteregion.example",
    "admin": "partner@spielwiese.example",
    "platform_admin": "admin@staedteregion.example",
}


def token() -> str:
    if ACTOR == "machine":
        form = {
            "grant_type": "client_credentials",
            "client_id": os.environ["EINLASS_CLIENT_ID"],
            "client_secret": os.environ["EINLASS_CLIENT_SECRET"],
        }
        answer = requests.post(f"{BASE}/api/v1/oauth/token", data=form, timeout=10)
    else:
        who = {"email": ADDRESSES[ACTOR], "password": PASSWORD}
        answer = requests.post(f"{BASE}/api/v1/auth/login", json=who, timeout=10)
    answer.raise_for_status()
    return answer.json()["access_token"]


if ACTOR != "anonymous":

    @schemathesis.auth(refresh_interval=240)
    class Bearer:
        def get(self, case, context):
            return token()

        def set(self, case, data, context):
            case.headers = case.headers or {}
            case.headers["Authorization"] = f"Bearer {data}"
