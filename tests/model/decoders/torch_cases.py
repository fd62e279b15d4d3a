"""Expressions over `torch`, to be compared with what PyTorch 2.13.0 makes of them.

That stands in torch_results.json, which `python torch_cases.py` prints where PyTorch is installed;
the tests do not need it.
All numbers are whole or short binary fractions, so that they are the same in floats.
"""

from __future__ import annotations

import json
import sys
from importlib import import_module
from typing import Any, cast

EXPRESSIONS = """
X[0]
X[:, 1]
X[-1, ::2]
X[..., 0]
X[:, None, :2].shape
X[X > 2]
X[torch.tensor([1, 0])]
X[:, torch.tensor([2, 0])]
X[0, torch.tensor([2, 0])]
X[torch.tensor([0, 1]), torch.tensor([2, 0])]
X[torch.tensor([[0], [1]]), torch.tensor([2, 0])]
Y[0, :, torch.tensor([1, 0])]
Y[:, 0, torch.tensor([1, 0])]
Y[torch.tensor([1, 0]), :, torch.tensor([1, 0])]
Y[torch.tensor([True, False])].shape
Y[Y[..., 0] > 2].shape
X + torch.tensor([10, 20, 30])
X.unsqueeze(-1) * torch.tensor([1, -1])
X / 2
X // 2
X % 2
1 - X
(X > 1) & (X < 4)
~(X > 1)
X == 3
X.sum()
X.sum(dim=1, keepdim=True)
X.sum(0)
(X > 4).any(), (X > 9).any(), (X > 0).all()
X.argmax(), X.argmax(-1), X.argmin(0)
X.max(), X.max(dim=1).values, X.max(dim=0).indices, X.min(1).values
torch.topk(Z, 2).indices, torch.topk(Z, k=2, largest=False).values
torch.topk(Y, 1, dim=1).values
torch.sort(Z, descending=True).values, torch.sort(Z).indices
torch.argsort(Z, descending=True)
torch.gather(X, 1, torch.tensor([[2], [0]]))
torch.gather(X, -1, torch.tensor([[2, 2], [0, 1]]))
torch.zeros(2, 3, dtype=torch.long).scatter_(1, torch.tensor([[2], [0]]), 7)
torch.where(X > 2, X, -X)
torch.where(X > 2, X, torch.tensor([7, 8, 9]))
torch.where(X[0] > 1, torch.zeros_like(X[0]), X[0])
X.masked_fill(X > 4, 0)
torch.softmax(torch.zeros(2, 4), dim=-1)
torch.softmax(torch.tensor([0.0, -torch.inf, 0.0]), -1)
torch.exp(torch.zeros(2))
torch.cumsum(X, dim=1)
torch.arange(4), torch.arange(1, 7, 2)
torch.full((2, 2), 5), torch.full_like(X, 3), torch.ones(2, dtype=torch.bool)
torch.zeros_like(X, dtype=torch.bool), torch.ones_like(X)
torch.cat([X, X], dim=0), torch.cat([X, X], dim=-1)
torch.cat([Y, Y], dim=1).shape
torch.stack([X[0], X[1]])
X.view(3, 2), X.view(-1), X.reshape(-1, 2), X.flatten()
X.squeeze().shape, X.unsqueeze(0).shape, X.unsqueeze(0).squeeze(0).shape, X[:1].squeeze(0).shape
X.size(), X.size(1), X.dim(), X.numel(), len(X)
[int(row.sum()) for row in X]
torch.bernoulli(torch.tensor([0.0, 1.0]))
torch.multinomial(torch.tensor([[0.0, 1.0, 0.0], [0.0, 0.0, 0.5]]), 1)
torch.randint(3, 4, (2,)), torch.randperm(1), torch.rand(2, 3).shape, torch.rand((4,)).shape
(-X).float().long(), (X / 4).long(), X.bool()
assigned(X, (0, slice(None)), 9)
assigned(X, X > 4, -1)
assigned(X, (slice(None), torch.tensor([0, 2])), torch.tensor([7, 8]))
assigned(X, (torch.tensor([0, 1]), torch.tensor([1, 2])), torch.tensor([7, 8]))
""".strip().split("\n")


def plain(value: Any) -> Any:
    """A result as nested lists of plain numbers."""
    if isinstance(value, tuple | list):
        return [plain(one) for one in cast("list[Any]", value)]
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    if hasattr(value, "value"):
        value = value.value
    return value


def assigned(tensor: Any, key: Any, value: Any) -> Any:
    """A copy with something written into it."""
    copy = tensor.clone()
    copy[key] = value
    return copy


def results(torch: Any) -> list[Any]:
    """What each expression gives."""
    names = {
        "torch": torch,
        "X": torch.tensor([[1, 2, 3], [4, 5, 6]]),
        "Y": torch.tensor([[[1, 2], [3, 4]], [[5, 6], [7, 8]]]),
        "Z": torch.tensor([[3, 1, 2], [4, 6, 5]]),
        "assigned": assigned,
    }
    return [plain(eval(one, dict(names))) for one in EXPRESSIONS]


if __name__ == "__main__":
    found = dict(zip(EXPRESSIONS, results(import_module("torch")), strict=True))
    sys.stdout.write(json.dumps(found, indent=1) + "\n")
