"""Views share their cells, copies do not: as in PyTorch, whose results are written out here."""

from __future__ import annotations

from typing import Any

import pytest

from dlmcheck.model.decoders.tensors import Tensor
from dlmcheck.model.decoders.torch_like import TorchLike
from dlmcheck.spec.choices import Choices
from dlmcheck.spec.errors import BadInput

TORCH = TorchLike(Choices([], 0))


def table() -> Tensor:
    return Tensor.of([[0, 1, 2], [3, 4, 5]])


def by_row(x: Any) -> None:
    x[1][0] = 9


def by_view(x: Any) -> None:
    x.view(-1)[3] = 9


def by_slice(x: Any) -> None:
    x[1:, :1][:] = 9


def by_squeezed(x: Any) -> None:
    x[1:].squeeze(0)[0] = 9


def by_unsqueezed(x: Any) -> None:
    x.unsqueeze(1)[1, 0, 0] = 9


def by_loop(x: Any) -> None:
    for row in x:
        row[row == 3] = 9


def by_number(x: Any) -> None:
    x[TORCH.tensor(1)][0] = 9


def by_column(x: Any) -> None:
    x[:, 0].reshape(2)[1] = 9


def by_sum(x: Any) -> None:
    row = x[1]
    row += TORCH.tensor([6, 0, 0])


def by_filling(x: Any) -> None:
    x[1].masked_fill_(x[1] == 3, 9)


def by_scatter(x: Any) -> None:
    x.scatter_(1, TORCH.tensor([[0], [0]]), TORCH.tensor([[0], [9]]))


def by_cast_to_the_same(x: Any) -> None:
    x.long().to(TORCH.long)[1, 0] = 9


@pytest.mark.parametrize(
    "write",
    [
        by_row,
        by_view,
        by_slice,
        by_squeezed,
        by_unsqueezed,
        by_loop,
        by_number,
        by_column,
        by_sum,
        by_filling,
        by_scatter,
        by_cast_to_the_same,
    ],
)
def test_who_writes_to_a_view_writes_to_the_tensor(write: Any) -> None:
    x = table()
    write(x)
    assert x.tolist() == [[0, 1, 2], [9, 4, 5]]


def to_chosen(x: Any) -> None:
    x[TORCH.tensor([1])][:] = 9


def to_masked(x: Any) -> None:
    x[x > 2][:] = 9


def to_a_clone(x: Any) -> None:
    x.clone()[:] = 9


def to_a_cast(x: Any) -> None:
    x.float()[:] = 9


def to_an_uneven_shape(x: Any) -> None:
    x[:, :2].reshape(-1)[:] = 9


def to_a_scattered_copy(x: Any) -> None:
    x.scatter(1, TORCH.tensor([[0], [0]]), 9)


def to_a_sum(x: Any) -> None:
    row = x[1]
    row = row + 1
    row[:] = 9


@pytest.mark.parametrize(
    "write",
    [
        to_chosen,
        to_masked,
        to_a_clone,
        to_a_cast,
        to_an_uneven_shape,
        to_a_scattered_copy,
        to_a_sum,
    ],
)
def test_who_writes_to_a_copy_does_not(write: Any) -> None:
    x = table()
    write(x)
    assert x.tolist() == table().tolist()


def test_a_view_shows_what_is_written_later() -> None:
    x = table()
    row, same = x[0], x
    x[0, 2] = 7
    x |= 8
    assert row.tolist() == [8, 9, 15]
    assert same.tolist() == [[8, 9, 15], [11, 12, 13]]


def test_no_view_of_cells_that_do_not_lie_evenly() -> None:
    assert table()[:, :2].reshape(4).tolist() == [0, 1, 3, 4]
    with pytest.raises(BadInput, match="use reshape"):
        table()[:, :2].view(4)
    with pytest.raises(BadInput, match="6 cells for the shape"):
        table().view(4)
    with pytest.raises(BadInput, match="one truth value"):
        table()[True]


def test_where_the_cells_are_not_zero() -> None:
    assert TORCH.nonzero(table() > 3).tolist() == [[1, 1], [1, 2]]
    rows, columns = TORCH.where(table() > 3)
    assert (rows.tolist(), columns.tolist()) == ([1, 1], [1, 2])
    assert TORCH.nonzero(table() > 9).shape == (0, 2)
    assert (~(table() > 3)).tolist() == [[True, True, True], [True, False, False]]
    assert (~table())[1].tolist() == [-4, -5, -6]
    assert (table() > 3).to(dtype=TORCH.long).tolist() == [[0, 0, 0], [0, 1, 1]]
