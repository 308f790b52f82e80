"""The same packing through scipy's HiGHS, for the rare part that the search cannot finish."""

from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_matrix

from annotations.agreement.deadline import NEVER, Deadline, TookTooLong
from annotations.agreement.packing import Part, Prices, priced


def lp_prices(part: Part, deadline: Deadline = NEVER) -> Prices:
    """Prices from the linear program: as low as prices can be, raised where they fall short by
    rounding, so that no cluster gains more than its units' prices."""
    ones = np.ones(len(part.units))
    answer = linprog(
        -np.array(part.gains),
        A_ub=_membership(part),
        b_ub=ones,
        method="highs",
        options=_limited(deadline),
    )
    if answer.status != 0:
        raise TookTooLong
    price = [max(0.0, -float(marginal)) for marginal in answer.ineqlin.marginals]
    for inside, gain in zip(part.members, part.gains, strict=True):
        short = gain - sum(price[unit] for unit in inside)
        if short > 0:
            price[inside[0]] += short
    return priced(part, price)


def milp_packing(part: Part, deadline: Deadline = NEVER) -> list[int]:
    """Optimal to HiGHS's absolute gap of 1e-6."""
    gains = np.array(part.gains)
    answer = milp(
        -gains,
        constraints=LinearConstraint(_membership(part), -np.inf, 1),
        integrality=np.ones(len(gains)),
        bounds=Bounds(0, 1),
        options={"mip_rel_gap": 0.0, **_limited(deadline)},
    )
    if answer.status != 0:
        raise TookTooLong
    return [int(c) for c in np.flatnonzero(np.asarray(answer.x) > 0.5)]


def _limited(deadline: Deadline) -> dict[str, float]:
    left = deadline.left()
    return {} if left is None else {"time_limit": left}


def _membership(part: Part) -> Any:
    rows = [unit for inside in part.members for unit in inside]
    columns = [c for c, inside in enumerate(part.members) for _ in inside]
    shape = (len(part.units), len(part.members))
    return csr_matrix((np.ones(len(rows)), (rows, columns)), shape=shape)
