"""How alike the units of several annotators are. numpy and scipy allowed, Django never."""
