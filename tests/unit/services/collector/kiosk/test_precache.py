import hashlib
import json
import re
from base64 import b64decode
from importlib.resources import files

from services.collector.kiosk.precache import precache, worker

STATIC = files("services.collector") / "static"
IMPORT = re.compile(r'(?:from|import) "(\.[^"]+)"')


def test_every_file_is_kept_under_the_digest_of_its_content() -> None:
    for address, digest in precache().files.items():
        data = (STATIC / address.removeprefix("/static/")).read_bytes()
        assert b64decode(digest.removeprefix("sha256-")) == hashlib.sha256(data).digest()


def test_all_that_the_page_loads_is_kept() -> None:
    kept = set(precache().files)
    named = {"/static/kiosk/app.js", "/static/kiosk/kiosk.css", "/static/form/form.css", "/static/form/icon.svg"}
    fonts = re.findall(r'url\("(fonts/[^"]+)"\)', (STATIC / "form" / "form.css").read_text("utf-8"))
    assert named | {f"/static/form/{font}" for font in fonts} <= kept
    for address in [a for a in kept if a.endswith(".js")]:
        folder = address.rsplit("/", 1)[0]
        for name in IMPORT.findall((STATIC / address.removeprefix("/static/")).read_text("utf-8")):
            steps = f"{folder}/{name}".split("/")
            path: list[str] = []
            for step in steps:
                path = path[:-1] if step == ".." else path if step == "." else [*path, step]
            assert "/".join(path) in kept


def test_the_worker_names_the_version_and_does_not_keep_itself() -> None:
    assert f"const VERSION = {json.dumps(precache().version)};" in worker()
    assert "/static/kiosk/worker.js" not in precache().files


def test_libraries_of_others_are_what_their_list_says() -> None:
    listed = dict(
        re.findall(r"^\| `([\w.-]+\.js)` .*`([0-9a-f]{64})` \|$", (STATIC / "kiosk/vendor/README.md").read_text("utf-8"), re.M)
    )
    found = {f.name: f for f in (STATIC / "kiosk" / "vendor").iterdir() if f.name.endswith(".js")}
    assert {name: hashlib.sha256(file.read_bytes()).hexdigest() for name, file in found.items()} == listed
