"""Messages and turns, and where the reasoning ends and the answer begins."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from assay.errors import SampleError
from assay.model.frozen import listed
from assay.printable import a_type, brief, in_lines


@dataclass(frozen=True, slots=True)
class Message:
    """One chat message. Content given as parts keeps its text parts, joined."""

    role: str
    content: str
    reasoning: str | None = None
    """Reasoning that the server delivered beside the content (``reasoning_content``)."""

    def __post_init__(self) -> None:
        for name in ("role", "content", "reasoning"):
            value = getattr(self, name)
            if type(value) is not str and not (value is None and name == "reasoning"):
                object.__setattr__(self, name, words(value, f"message.{name}"))

    @classmethod
    def of(cls, value: Any, where: str = "message") -> Message:
        """A message from a chat-completion dict; a missing content (a tool call) is empty text.

        Raises:
            SampleError: not a message, or content that is neither text nor parts.
        """
        if isinstance(value, Message):
            return value
        if not isinstance(value, Mapping):
            raise SampleError(
                f"{where} is {a_type(value)}; "
                'wanted a chat message such as {"role": "assistant", "content": "..."}'
            )
        if "content" not in value:
            _refuse_other_names(value, where)
        role = value.get("role")
        role = "assistant" if role is None else role  # a column of structs has nulls for gaps
        if not isinstance(role, str):
            raise SampleError(f"{where}.role is {brief(role)}, must be text such as 'assistant'")
        content, thoughts = _content(value.get("content"), f"{where}.content")
        for name in ("reasoning_content", "reasoning"):
            given = value.get(name)
            if given is None:
                continue
            if not isinstance(given, str):
                raise SampleError(f"{where}.{name} is {a_type(given)}; wanted text")
            return cls(role, content, given)
        return cls(role, content, thoughts)


_BESIDE = frozenset({"role", "name", "id", "type", "model", "weight", "metadata"})
"""What stands beside a message's content, and is none."""

_INSTEAD = frozenset(
    {"tool_calls", "function_call", "tool_call_id", "reasoning_content", "reasoning", "refusal",
     "audio", "annotations"}
)  # fmt: skip
"""What a message without content holds in its place."""


def _refuse_other_names(value: Mapping[Any, Any], where: str) -> None:
    """Refuse an object whose text stands under a name that nobody reads.

    Taken for a message that says nothing, it would be judged 0: the data set's fault would pass
    for the model's.

    Raises:
        SampleError: names the keys that there are.
    """
    names = {str(name) for name, held in value.items() if held is not None}
    if names & _INSTEAD or ("role" in names and names <= _BESIDE):
        return
    held = in_lines(sorted(names)[:8]) or "no keys"
    raise SampleError(
        f"{where} has no 'content', which a chat message needs; it has {held}"
        '\nfix: {"role": "assistant", "content": "..."}, or the text itself'
    )


_THOUGHTS = {"thinking": "thinking", "reasoning": "reasoning"}
"""Type of a part that holds reasoning -> where its text stands, if not under ``text``."""


def _content(content: Any, where: str) -> tuple[str, str | None]:
    """A message's content as (text, reasoning that stood among its parts or None)."""
    if content is None:
        return "", None
    if isinstance(content, str):
        return content, None
    texts: list[str] = []
    thoughts: list[str] = []
    for i, part in enumerate(listed(content, where, "text or a list of parts")):
        if isinstance(part, str):
            texts.append(part)
            continue
        if not isinstance(part, Mapping):
            raise SampleError(f"{where}[{i}] is {a_type(part)}; wanted a part or text")
        text = part.get("text")
        kind = part.get("type")
        other = _THOUGHTS.get(kind) if isinstance(kind, str) else None
        if text is None and other is not None:
            text = part.get(other)
        if text is None:
            continue  # an image, a call of a tool
        if not isinstance(text, str):
            raise SampleError(f"{where}[{i}].text is {a_type(text)}; wanted text")
        (texts if other is None else thoughts).append(text)
    return "".join(texts), "".join(thoughts) if thoughts else None


def words(value: Any, where: str) -> str:
    """`value`, if it is text.

    Raises:
        SampleError: it is not; names the place.
    """
    if not isinstance(value, str):
        raise SampleError(f"{where} is {a_type(value)}; wanted text")
    return str.__str__(value)


Text: TypeAlias = str | tuple[Message, ...]
"""Plain text, or a chat."""


def as_text(value: Any, where: str) -> Text:
    """Text as it is, one message or several as a chat.

    Raises:
        SampleError: neither text nor messages, or an empty list; names the place.
    """
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, Message | Mapping):
        return (Message.of(value, where),)
    messages = listed(value, where, "text or chat messages")
    if not messages:
        raise SampleError(f"{where} is an empty list; wanted text or chat messages")
    return tuple(Message.of(m, f"{where}[{i}]") for i, m in enumerate(messages))


_OTHERS = frozenset({"system", "developer", "user", "human", "tool", "function", "ipython"})
"""Roles that are not a model's."""


def said(value: Text, where: str) -> Text:
    """`value`, if a model said any of it.

    Raises:
        SampleError: a chat in which all messages are somebody else's: a prompt, most likely.
    """
    if not isinstance(value, str) and all(m.role in _OTHERS for m in value):
        roles = ", ".join(dict.fromkeys(m.role for m in value))
        raise SampleError(
            f"{where} holds no message of the assistant's, only of: {roles}"
            "\nfix: give what the model said; the messages before it are the prompt"
        )
    return value


_OPEN = re.compile(r"<(think|thinking|reasoning)>", re.IGNORECASE)
_CLOSE = re.compile(r"</(think|thinking|reasoning)>", re.IGNORECASE)


def split_reasoning(text: str) -> tuple[str | None, str]:
    """`text` as (reasoning or None, answer); linear in its length.

    The reasoning begins at the first opening tag and ends at the last closing one; a lone
    ``</think>``, whose opening tag stood in the prompt, counts. A block that is never closed (a
    truncated completion) is reasoning through to the end, also after one that was. The answer is
    what stands before and after.

    >>> split_reasoning("<think>2+2</think> 4")
    ('2+2', ' 4')
    >>> split_reasoning("2+2</think> 4")
    ('2+2', ' 4')
    >>> split_reasoning("4")
    (None, '4')
    >>> split_reasoning("<think>2+2</think> 4 <think>or 5")
    ('2+2or 5', ' 4 ')
    """
    if "<" not in text:
        return None, text
    start = _OPEN.search(text)
    first = _CLOSE.search(text)
    if first is not None:
        last = deque(_CLOSE.finditer(text, first.start()), maxlen=1)[0]
        opened = start is not None and start.end() <= first.start()
        begin = start.end() if start is not None and opened else 0
        prefix = text[: start.start()] if start is not None and opened else ""
        reasoning, rest = text[begin : last.start()], text[last.end() :]
        again = _OPEN.search(rest)
        if again is not None:
            reasoning, rest = reasoning + rest[again.end() :], rest[: again.start()]
        return reasoning, prefix + rest
    if start is not None:
        return text[start.end() :], text[: start.start()]
    return None, text


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of a multi-turn completion, with what the environment answered, if anything."""

    completion: Text
    feedback: str | None = None

    def __post_init__(self) -> None:
        if type(self.completion) is not str:
            object.__setattr__(self, "completion", as_text(self.completion, "turn.completion"))
        if self.feedback is not None and type(self.feedback) is not str:
            object.__setattr__(self, "feedback", words(self.feedback, "turn.feedback"))

    @classmethod
    def of(cls, value: Any, where: str = "turn") -> Turn:
        """A turn from text, a dict with `completion` and optional `feedback`, or a turn."""
        if isinstance(value, Turn):
            return value
        if isinstance(value, str):
            return cls(value)
        if not isinstance(value, Mapping) or "completion" not in value:
            raise SampleError(f'{where} must be text or {{"completion": ..., "feedback": ...}}')
        feedback = value.get("feedback")
        if feedback is not None:
            feedback = words(feedback, f"{where}.feedback")
        return cls(as_text(value["completion"], f"{where}.completion"), feedback)
