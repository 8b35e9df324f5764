"""Other programs hear what happened: `telling` says what of, `keeping` to whom, `sending` brings it there, `triggers` notes it
with the deed."""
