"""The six rows through NeMo-Gym's own server, in an interpreter that has it; prints the replies.

It is not a test: the test beside it runs it with the Python that NeMo-Gym needs.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

sys.path[:0] = [str(Path(__file__).parents[1] / "support")]
from loop_rows import BY_NAME, JUDGED, OPTIONS, RUBRIC, LoopRow  # noqa: E402

OTHERS = {name: value for name, value in OPTIONS.items() if name != "rubric"}


def body(row: LoopRow) -> dict[str, Any]:
    """A row of the data set with a whole response, as an agent posts it."""
    said = {"type": "output_text", "text": row.completion, "annotations": []}
    message = {
        "id": "msg_1", "type": "message", "role": "assistant", "status": "completed",
        "content": [said],
    }  # fmt: skip
    response = {
        "id": "resp_1", "created_at": 0.0, "model": "m", "object": "response", "output": [message],
        "parallel_tool_calls": True, "tool_choice": "auto", "tools": [],
    }  # fmt: skip
    return {
        "responses_create_params": {"input": [{"role": "user", "content": row.prompt}]},
        "response": response,
        "expected_answer": row.truth,
        "data_source": row.data_source,
    }


def main() -> None:
    from fastapi.testclient import TestClient
    from nemo_gym.server_utils import ServerClient

    from assay.integrations.nemo_gym import resources_server

    server_class = resources_server(RUBRIC, max_unscored=1.0, **OTHERS)
    config = server_class.model_fields["config"].annotation(
        host="127.0.0.1", port=1, entrypoint="app.py", name="assay"
    )
    client = ServerClient.model_construct(global_config_dict=SimpleNamespace())
    server = server_class(config=config, server_client=client)
    found = []
    with TestClient(server.setup_webserver(), raise_server_exceptions=False) as web:
        found.append(web.post("/seed_session", json={}).status_code)
        found.append(web.get("/reverify_mode").json())
        for row in [*JUDGED, BY_NAME["undecided"], BY_NAME["malformed"]]:
            reply = web.post("/verify", json=body(row))
            found.append([reply.status_code, reply.json() if reply.status_code == 200 else None])
    print(json.dumps(found))


if __name__ == "__main__":
    main()
