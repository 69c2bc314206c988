"""What a reward model is trained by: one function for each kind of label."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, logsigmoid, mse_loss


def bradley_terry(chosen: Tensor, rejected: Tensor) -> Tensor:
    """Of pairs: mean of ``-log sigmoid(chosen - rejected)``.

    Args:
        chosen: Logits of the better response of each pair, shape (pairs,).
        rejected: Of the other one, in the same order.

    Source:
        Bradley and Terry 1952; as a loss of reward models, Ouyang et al. 2022, arXiv:2203.02155.
    """
    return -logsigmoid(chosen - rejected).mean()


def plackett_luce(ranked: Tensor) -> Tensor:
    """Of rankings: mean negative log likelihood of drawing the responses in this order.

    Args:
        ranked: Logits, best first, shape (rankings, responses). Of two responses: Bradley-Terry.

    Source:
        Plackett 1975; Luce 1959.
    """
    rest = torch.logcumsumexp(ranked.flip(-1), dim=-1).flip(-1)
    return (rest - ranked)[..., :-1].sum(-1).mean()


def regression(logits: Tensor, scores: Tensor) -> Tensor:
    """Of scores: mean squared error."""
    return mse_loss(logits, scores)


def classification(logits: Tensor, labels: Tensor) -> Tensor:
    """Of labels 0 and 1: binary cross entropy."""
    return binary_cross_entropy_with_logits(logits, labels)
