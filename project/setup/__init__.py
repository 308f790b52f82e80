"""How Sourcemark is installed, started and tested. Nothing of the product imports it."""
