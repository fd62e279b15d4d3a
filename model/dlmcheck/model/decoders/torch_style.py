"""Decoders of this project, written as one writes them for PyTorch; examples for `with_torch`.

Each is handed the module (PyTorch itself, or `TorchLike`), the tokens as a tensor of one row (M is
-1), the model, and the round, and returns the tokens after the round. The same text runs on both.
"""

from __future__ import annotations

from typing import Any

from dlmcheck.model.decoders.adapters import with_torch
from dlmcheck.spec.tokens import MASK


def confident(torch: Any, x: Any, model: Any, number: int) -> Any:
    """A candidate for each cell by Gumbel noise; the masked one of the surest candidate is kept."""
    logits = model(x).logits
    noise = -torch.log(-torch.log(torch.rand_like(logits)))
    drawn = torch.argmax(logits + noise, dim=-1)
    sure = torch.gather(torch.softmax(logits, dim=-1), -1, drawn.unsqueeze(-1)).squeeze(-1)
    sure = torch.where(x == MASK, sure, torch.full_like(sure, -torch.inf))
    best = torch.argmax(sure, dim=-1)
    x = x.clone()
    x[0, best] = drawn[0, best]
    return x


def at_random(torch: Any, x: Any, model: Any, number: int) -> Any:
    """One masked cell of a uniform order takes a candidate drawn by `multinomial`."""
    key = torch.where(x[0] == MASK, torch.rand(x.shape[1]), torch.full_like(x[0], 2))
    cell = torch.sort(key).indices[:1]
    probabilities = torch.softmax(model(x).logits[0, cell], dim=-1)
    x = x.clone()
    x[0, cell] = torch.multinomial(probabilities, 1).squeeze(-1)
    return x


def by_coins(torch: Any, x: Any, model: Any, number: int) -> Any:
    """In two rounds each masked cell is written with probability one half, then all of them."""
    logits = model(x).logits
    masked = x == MASK
    written = masked if number > 2 else masked & (torch.rand(x.shape) < 0.5)
    race = torch.softmax(logits, dim=-1) / -torch.log(torch.rand_like(logits))
    x = x.clone()
    x[written] = race.argmax(dim=-1)[written]
    return x


confident_step = with_torch(confident)
at_random_step = with_torch(at_random)
by_coins_step = with_torch(by_coins)
