"""The OpenAPI page of a server, out of the models that read its requests."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from pydantic import BaseModel

from assay.server.options import ServerOptions
from assay.server.schemas import (
    GymRequest,
    Problem,
    RewardReply,
    RewardRequest,
    RmRequest,
    RunCodeReply,
    RunCodeRequest,
    VerifyReply,
    VerifyRequest,
)

REFUSALS = ("400", "401", "404", "408", "413", "415", "422", "429", "500", "503", "504")


def document(options: ServerOptions) -> dict[str, Any]:
    """OpenAPI 3.1."""
    routes: dict[str, tuple[type[BaseModel] | None, type[BaseModel] | None, str]] = {
        "/v1/verify": (VerifyRequest, VerifyReply, "Rewards with their receipts."),
        "/get_reward": (RewardRequest, RewardReply, "As OpenRLHF asks."),
        "/rm": (RmRequest, None, "As slime asks: a number."),
        "/verify": (GymRequest, None, "As NeMo-Gym asks: the row with its reward."),
        "/seed_session": (None, None, "NeMo-Gym's; there is no state."),
        "/aggregate_metrics": (None, None, "NeMo-Gym's; there is no state."),
    }
    if options.allow_run_code:
        summary = "As SandboxFusion is asked: a program's output."
        routes["/run_code"] = (RunCodeRequest, RunCodeReply, summary)
    paths: dict[str, Any] = {}
    schemas: dict[str, Any] = {"Problem": _schema(Problem)}
    for path, (asked, given, summary) in routes.items():
        body = {"type": "object"} if asked is None else _named(asked, schemas)
        reply: dict[str, Any] = {} if given is None else _named(given, schemas)
        paths[path] = {
            "post": {
                "summary": summary,
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": body}},
                },
                "responses": {"200": _content(summary, reply), **_problems()},
            }
        }
    for path, summary in (
        ("/reverify_mode", "NeMo-Gym's: stateless."),
        ("/healthz", "The process lives."),
        ("/readyz", "Rubrics and their signatures."),
        ("/openapi.json", "This page."),
    ):
        responses = {"200": _content(summary, {}), "503": _content("ending", {})}
        paths[path] = {"get": {"summary": summary, "responses": responses}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Assay", "version": version("assay")},
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        **({"security": [{"token": []}]} if options.token is not None else {}),
    }


def _problems() -> dict[str, Any]:
    ref = {"$ref": "#/components/schemas/Problem"}
    return {code: _content("No reward, in words.", ref) for code in REFUSALS}


def _content(summary: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": summary, "content": {"application/json": {"schema": schema}}}


def _named(model: type[BaseModel], schemas: dict[str, Any]) -> dict[str, Any]:
    found = _schema(model)
    schemas |= found.pop("$defs", {})  # of the models within it
    schemas[model.__name__] = found
    return {"$ref": f"#/components/schemas/{model.__name__}"}


def _schema(model: type[BaseModel]) -> dict[str, Any]:
    return model.model_json_schema(ref_template="#/components/schemas/{model}")
