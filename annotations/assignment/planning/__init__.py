"""Who marks which article: n annotators each, even loads, enough shared articles.

Plain values in, plain values out: no rows, no clock, no chance but the seed's.
"""

from .bounds import fewest_articles
from .draw import draw_up
from .plan import Load, Plan, Wish
from .words import count, remarks

__all__ = ["Load", "Plan", "Wish", "count", "draw_up", "fewest_articles", "remarks"]
