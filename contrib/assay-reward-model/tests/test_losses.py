"""Each loss against its formula."""

import math

import pytest
import torch

from assay_reward_model.losses import bradley_terry, classification, plackett_luce, regression


def test_pairs() -> None:
    given = bradley_terry(torch.tensor([2.0]), torch.tensor([1.0])).item()
    assert given == pytest.approx(-math.log(1 / (1 + math.exp(-1.0))))


def test_a_ranking_of_two_is_a_pair() -> None:
    chosen, rejected = torch.tensor([2.0, 0.5]), torch.tensor([1.0, 3.0])
    ranked = torch.stack([chosen, rejected], dim=-1)
    assert plackett_luce(ranked).item() == pytest.approx(bradley_terry(chosen, rejected).item())


def test_a_ranking_of_three() -> None:
    a, b, c = (math.exp(x) for x in (2.0, 1.0, 0.0))
    wanted = -math.log(a / (a + b + c)) - math.log(b / (b + c))
    assert plackett_luce(torch.tensor([[2.0, 1.0, 0.0]])).item() == pytest.approx(wanted)
    wrong = plackett_luce(torch.tensor([[0.0, 1.0, 2.0]])).item()
    assert wrong > wanted


def test_scores_and_labels() -> None:
    assert regression(torch.tensor([1.0, 3.0]), torch.tensor([0.0, 1.0])).item() == 2.5
    given = classification(torch.tensor([0.0]), torch.tensor([1.0])).item()
    assert given == pytest.approx(math.log(2))
