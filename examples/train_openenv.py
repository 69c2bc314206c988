"""An environment for OpenEnv with rewards from Assay, served on port 8000."""

from typing import Any

import uvicorn
from openenv.core.env_server import Action, Environment, Observation, State, create_app

from assay.integrations.openenv import rubric

ROWS = [("What are nine and nine?", "18"), ("What are nine times nine?", "81")]


class Answer(Action):
    message: str


class Question(Observation):
    text: str = ""


class Sums(Environment[Answer, Question, State]):
    state = State()

    def reset(self, seed: int | None = None, **others: Any) -> Question:
        self.row = ROWS[(seed or 0) % len(ROWS)]
        return Question(text=self.row[0])

    async def step_async(self, action: Answer, **others: Any) -> Question:
        seen = Question(done=True, metadata={"answer": self.row[1]})
        seen.reward = await self._apply_rubric_async(action, seen)  # raises without a score
        return seen

    step = None  # the rubric is a coroutine


if __name__ == "__main__":
    app = create_app(lambda: Sums(rubric=rubric("math+format")), Answer, Question)
    uvicorn.run(app, port=8000)
